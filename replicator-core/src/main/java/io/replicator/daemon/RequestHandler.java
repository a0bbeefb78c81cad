package io.replicator.daemon;

import io.replicator.progress.Requests;
import java.util.function.Consumer;

/** Knows how to carry out requests. */
@FunctionalInterface
interface RequestHandler {
    /**
     * Carries a request out. An interrupt of the thread asks to undo and end.
     *
     * @param events takes what is to be reported meanwhile, written as JSON
     * @return the result, written as JSON
     */
    Object handle(Requests.Request request, Consumer<Object> events) throws InterruptedException;
}
