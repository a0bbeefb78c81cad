package io.replicator.daemon;

/** Hears what is being done, for the operator. */
@FunctionalInterface
interface Steps {
    void tell(String detail);
}
