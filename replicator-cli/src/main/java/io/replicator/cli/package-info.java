/**
 * The command line: one small class per command, the views they print, and nothing of the engine.
 *
 * <p>{@link io.replicator.cli.Main} parses and maps failures to exit codes. A command reads its options, asks
 * {@link io.replicator.Replicator}, and hands the answer to a view; views are pure functions from a report to lines, so
 * that tests compare whole screens. Everything a command reads or writes goes through a
 * {@link io.replicator.cli.Terminal}: results to standard output, prompts, failures and logs to standard error. Only what
 * a command needs is built, because {@code status} is run often and must start fast.
 */
@NullMarked
package io.replicator.cli;

import org.jspecify.annotations.NullMarked;
