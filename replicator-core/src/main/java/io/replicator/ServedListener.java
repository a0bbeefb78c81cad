package io.replicator;

import io.replicator.http.StatusServer;
import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;

/** Passes the progress on to the HTTP server too. */
record ServedListener(RunListener listener, StatusServer server) implements RunListener {
    @Override
    public void phase(Phase phase, String detail) {
        listener.phase(phase, detail);
    }

    @Override
    public void progress(StatusReport report) {
        server.update(report);
        listener.progress(report);
    }
}
