package io.replicator.cli;

/** A command that can print one JSON document, also when it fails. */
interface JsonCommand {
    boolean json();
}
