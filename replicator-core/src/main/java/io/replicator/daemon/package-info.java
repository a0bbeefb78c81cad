/**
 * The daemon: leads a migration through its phases, supervises the stream, publishes the status, and carries out the
 * operator's requests.
 *
 * <p>One thread leads. While changes flow there are two more that matter, the receiver and the lane; the monitor beats
 * the heart, publishes and polls; requests run one at a time on a thread of their own. When a connection breaks,
 * everything is closed, ownership is taken anew, and the phase goes on from what the target holds.
 *
 * <p>Tables that are copied again while changes flow have a thread too ({@link io.replicator.daemon.JoiningWorker}), which
 * ends before the stream does. The stream passes over their changes, gathers the keys of these, and takes changes again
 * from the point at which the tables join it.
 */
@NullMarked
package io.replicator.daemon;

import org.jspecify.annotations.NullMarked;
