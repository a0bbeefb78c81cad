package io.replicator.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where things are, and where a race puts its own. */
final class Directories {
    private static final Path LOG = Path.of("/dev/null");
    private static final List<String> HOMES = List.of("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/opt");

    private Directories() {}

    /** A directory in which the servers' owner may write; removed at the end unless it shall stay. */
    static Path temporary(Cleanup cleanup, boolean keep) {
        try {
            Path directory = Files.createTempDirectory("replicator-race-");
            if (!keep) {
                cleanup.add(() -> Programs.run(LOG, Map.of(), List.of("rm", "-rf", directory.toString())));
            }
            if (Programs.isRoot()) {
                Programs.run(LOG, Map.of(), List.of("chown", "postgres", directory.toString()));
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The programs of the newest PostgreSQL server that is installed. */
    static Path newestPostgres() {
        for (String home : HOMES) {
            if (Files.isDirectory(Path.of(home))) {
                try (Stream<Path> versions = Files.list(Path.of(home))) {
                    Path newest = versions.filter(version -> Files.isExecutable(version.resolve("bin/initdb")))
                            .max(Comparator.comparingInt(Directories::version))
                            .orElse(null);
                    if (newest != null) {
                        return newest.resolve("bin");
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        throw new IllegalStateException("no PostgreSQL server is installed; say where its programs are by --pg-bin");
    }

    private static int version(Path home) {
        String digits = home.getFileName().toString().replaceAll("\\D", "");
        return digits.isEmpty() || digits.length() > 4 ? 0 : Integer.parseInt(digits);
    }
}
