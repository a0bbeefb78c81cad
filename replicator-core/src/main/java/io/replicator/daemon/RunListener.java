package io.replicator.daemon;

import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;

/** Is told how a run goes; never from two threads at the same time. */
public interface RunListener {
    void phase(Phase phase, String detail);

    /** About once a second. */
    void progress(StatusReport report);
}
