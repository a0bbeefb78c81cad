/**
 * The one error type of the engine and its codes.
 *
 * <p>Every failure that reaches a user is a {@link io.replicator.error.ReplicatorException} with an
 * {@link io.replicator.error.ErrorCode}. The code fixes the category (and with it the exit code of the command line),
 * whether trying again can help, and a hint the operator can act on; the message names the object concerned.
 */
@NullMarked
package io.replicator.error;

import org.jspecify.annotations.NullMarked;
