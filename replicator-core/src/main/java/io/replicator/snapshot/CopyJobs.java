package io.replicator.snapshot;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the same job on several threads and waits for all of them. */
final class CopyJobs {
    private CopyJobs() {}

    /**
     * Runs jobs that share their work.
     *
     * @param threads the beginning of the threads' names
     * @param what names the work, for example {@code "the bulk load"}
     * @param stop is run before the other jobs are interrupted, when one failed or the caller was interrupted
     * @return what each job gave
     * @throws ReplicatorException that of a job, or {@code COPY_FAILED}
     */
    static <T> List<T> run(String threads, String what, int jobs, Callable<T> job, Runnable stop)
            throws InterruptedException {
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name(threads, 0).factory())) {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                futures.add(executor.submit(job));
            }
            try {
                List<T> results = new ArrayList<>();
                for (Future<T> future : futures) {
                    results.add(future.get());
                }
                return results;
            } catch (ExecutionException e) {
                stop.run();
                executor.shutdownNow();
                throw e.getCause() instanceof ReplicatorException known
                        ? known
                        : new ReplicatorException(ErrorCode.COPY_FAILED, what + " failed: " + e.getCause(), e);
            } catch (InterruptedException e) {
                stop.run();
                executor.shutdownNow();
                throw e;
            }
        }
    }
}
