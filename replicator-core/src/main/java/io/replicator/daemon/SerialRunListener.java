package io.replicator.daemon;

import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;

/** Passes on one call at a time. */
final class SerialRunListener implements RunListener {
    private final RunListener listener;

    SerialRunListener(RunListener listener) {
        this.listener = listener;
    }

    @Override
    public synchronized void phase(Phase phase, String detail) {
        listener.phase(phase, detail);
    }

    @Override
    public synchronized void progress(StatusReport report) {
        listener.progress(report);
    }
}
