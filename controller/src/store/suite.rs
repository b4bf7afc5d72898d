//! One test suite for every backend, written against the trait.
