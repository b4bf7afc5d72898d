//! The audit: who changed what, and when, in a chain that shows every tampering.
