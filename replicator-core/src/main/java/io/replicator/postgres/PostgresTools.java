package io.replicator.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The client programs pg_dump and pg_restore of one installation.
 *
 * @param version as pg_dump prints it, for example {@code 15.18}
 */
public record PostgresTools(Path directory, int major, String version) {
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)[.\\w]*)");
    private static final long LIMIT_SECONDS = 10;

    /** Parents of installations and the name of the installation below, with the directory of programs inside it. */
    private static final List<String[]> INSTALLATIONS = List.of(
            new String[] {"/usr/lib/postgresql", "*", "bin"},
            new String[] {"/usr", "pgsql-*", "bin"},
            new String[] {"/usr/local", "pgsql*", "bin"},
            new String[] {"/usr/libexec", "postgresql*", ""},
            new String[] {"/opt/homebrew/opt", "{postgresql,libpq}*", "bin"},
            new String[] {"/usr/local/opt", "{postgresql,libpq}*", "bin"},
            new String[] {"/Applications/Postgres.app/Contents/Versions", "*", "bin"},
            new String[] {"/opt/local/lib", "postgresql*", "bin"});

    /**
     * Finds the programs.
     *
     * @param pgBin their directory, which is then the only one looked at; null to take the newest of those on the PATH
     *     and in the places where packages put them
     */
    public static Optional<PostgresTools> find(@Nullable String pgBin) {
        return newest(pgBin == null ? usualDirectories() : Set.of(Path.of(pgBin)));
    }

    public Path pgDump() {
        return directory.resolve("pg_dump");
    }

    public Path pgRestore() {
        return directory.resolve("pg_restore");
    }

    /** Reads what {@code pg_dump --version} prints. */
    static Optional<PostgresTools> parse(Path directory, String printed) {
        Matcher matcher = VERSION.matcher(printed);
        return matcher.find()
                ? Optional.of(new PostgresTools(directory, Integer.parseInt(matcher.group(2)), matcher.group(1)))
                : Optional.empty();
    }

    static Optional<PostgresTools> newest(Set<Path> directories) {
        PostgresTools newest = null;
        for (Path directory : directories) {
            PostgresTools found = inspect(directory);
            if (found != null && (newest == null || found.major > newest.major)) {
                newest = found;
            }
        }
        return Optional.ofNullable(newest);
    }

    private static Set<Path> usualDirectories() {
        Set<Path> directories = new LinkedHashSet<>();
        for (String[] place : INSTALLATIONS) {
            for (Path installation : matching(Path.of(place[0]), place[1])) {
                directories.add(installation.resolve(place[2]));
            }
        }
        String path = System.getenv("PATH");
        if (path != null) {
            for (String directory : path.split(java.io.File.pathSeparator, -1)) {
                if (!directory.isEmpty()) {
                    directories.add(Path.of(directory));
                }
            }
        }
        return directories;
    }

    private static List<Path> matching(Path parent, String glob) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(parent)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, glob)) {
                entries.forEach(found::add);
            } catch (IOException | java.nio.file.DirectoryIteratorException _) {
                return List.of(); // a directory that cannot be listed holds no programs that could be run
            }
        }
        return found;
    }

    private static @Nullable PostgresTools inspect(Path directory) {
        Path pgDump = directory.resolve("pg_dump");
        if (!Files.isExecutable(pgDump) || !Files.isExecutable(directory.resolve("pg_restore"))) {
            return null;
        }
        try {
            Process process = new ProcessBuilder(pgDump.toString(), "--version")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return null;
            }
            return parse(directory, printed).orElse(null);
        } catch (IOException _) {
            return null; // a program that does not start is as good as missing
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
