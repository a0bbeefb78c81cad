package io.replicator.schema;

import io.replicator.config.SchemaConfig;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.TestDatabase;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;

/** A process that restores post-data, to be killed. */
final class RestoringProgram {
    private RestoringProgram() {}

    public static void main(String[] arguments) {
        Database source = Endpoints.database(Side.SOURCE, arguments[0]);
        Database target = Endpoints.database(Side.TARGET, arguments[1]);
        new DumpedSchema(Endpoints.migration(arguments[0], arguments[1], SchemaConfig.Mode.COPY), source, target)
                .postData();
    }

    static Process start(TestDatabase source, TestDatabase target) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RestoringProgram.class.getName(),
                        source.url(),
                        target.url())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.INHERIT)
                .start();
    }
}
