/**
 * The configuration of one migration: records for its values, and the reader of {@code replicator.yaml}.
 *
 * <p>Unknown keys are refused, {@code ${NAME}} is expanded from the environment, and all problems are reported at once,
 * each with its line and its fix.
 */
@NullMarked
package io.replicator.config;

import org.jspecify.annotations.NullMarked;
