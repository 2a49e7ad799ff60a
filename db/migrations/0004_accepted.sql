-- Accepted keys are few among many pins; which of them are old?
CREATE INDEX binding_accepted ON binding (since) WHERE state = 'accepted';
