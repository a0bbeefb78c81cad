package io.replicator.daemon;

import io.replicator.progress.Requests;
import java.util.function.Consumer;

/** Knows how to carry out requests. */
interface RequestHandler {
    /**
     * Carries a request out. An interrupt of the thread asks to undo and end.
     *
     * @param events takes what is to be reported meanwhile, written as JSON
     * @return the result, written as JSON
     */
    Object handle(Requests.Request request, Consumer<Object> events) throws InterruptedException;

    /**
     * Has the request that is carried out end, unless it is past undoing. Any thread may ask for that.
     *
     * @param interrupt interrupts the thread that carries it out
     * @return whether it was interrupted
     */
    default boolean cancel(Runnable interrupt) {
        interrupt.run();
        return true;
    }

    /** Whether the request that is carried out has to be waited for, because what it does would be done twice otherwise. */
    default boolean mustEnd() {
        return false;
    }
}
