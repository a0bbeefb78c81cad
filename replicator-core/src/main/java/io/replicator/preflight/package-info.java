/**
 * Checks of both ends before anything is changed, one class per check.
 *
 * <p>A check looks and never writes. All of them run, so that an operator sees every problem at once; each finding names
 * the object, what was observed, and the command that mends it.
 */
@NullMarked
package io.replicator.preflight;

import org.jspecify.annotations.NullMarked;
