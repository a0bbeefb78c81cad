package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.config.Sizes;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Changes the speed of the bulk load. */
@Command(
        name = "throttle",
        description = {
            "Limit how fast the running daemon copies rows, until it ends.",
            "The configuration's copy.max_rate is what the next daemon begins with."
        })
final class ThrottleCommand implements Callable<Integer> {
    private static final String OFF = "off";

    @ParentCommand
    private ReplicatorCommand root;

    @Parameters(paramLabel = "RATE", description = "Bytes per second, for example 20MB; or off.")
    private String rate = "";

    @Override
    public Integer call() {
        long bytes = bytesPerSecond();
        try (Replicator replicator = root.open()) {
            replicator.throttle(bytes);
            root.terminal()
                    .out()
                    .println(bytes == 0 ? "the copy is not limited" : "the copy takes " + rate + " per second at most");
            return 0;
        }
    }

    private long bytesPerSecond() {
        if (rate.equals(OFF)) {
            return 0;
        }
        try {
            long bytes = Sizes.parse(rate);
            if (bytes > 0) {
                return bytes;
            }
        } catch (IllegalArgumentException _) {
            // reported below
        }
        throw new ReplicatorException(
                ErrorCode.USAGE_INVALID, "RATE must be a size such as 20MB, or off, not '" + rate + "'");
    }
}
