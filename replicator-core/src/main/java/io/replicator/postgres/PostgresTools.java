package io.replicator.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
        return newest(pgBin == null ? usualDirectories(System.getenv("PATH")) : Set.of(Path.of(pgBin)));
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

    /** Asks all of them at the same time. */
    static Optional<PostgresTools> newest(Set<Path> directories) {
        Map<Path, Process> asked = new LinkedHashMap<>();
        for (Path directory : installations(directories)) {
            Process process = ask(directory.resolve("pg_dump"));
            if (process != null) {
                asked.put(directory, process);
            }
        }
        PostgresTools newest = null;
        for (Map.Entry<Path, Process> one : asked.entrySet()) {
            PostgresTools found = parse(one.getKey(), answer(one.getValue())).orElse(null);
            if (found != null && (newest == null || found.major > newest.major)) {
                newest = found;
            }
        }
        return Optional.ofNullable(newest);
    }

    /** Those that hold both programs, each directory once, however many names it has. */
    private static Collection<Path> installations(Set<Path> directories) {
        Map<Path, Path> byRealPath = new LinkedHashMap<>();
        for (Path directory : directories) {
            if (Files.isExecutable(directory.resolve("pg_dump"))
                    && Files.isExecutable(directory.resolve("pg_restore"))) {
                try {
                    byRealPath.putIfAbsent(directory.toRealPath(), directory);
                } catch (IOException _) {
                    byRealPath.putIfAbsent(directory, directory); // its programs may be started all the same
                }
            }
        }
        return byRealPath.values();
    }

    static Set<Path> usualDirectories(@Nullable String path) {
        Set<Path> directories = new LinkedHashSet<>();
        for (String[] place : INSTALLATIONS) {
            for (Path installation : matching(Path.of(place[0]), place[1])) {
                directories.add(installation.resolve(place[2]));
            }
        }
        if (path != null) {
            for (String directory : path.split(java.io.File.pathSeparator, -1)) {
                if (!directory.isEmpty() && !startsAnother(Path.of(directory, "pg_dump"))) {
                    directories.add(Path.of(directory));
                }
            }
        }
        return directories;
    }

    /** Whether a program is Debian's script, which takes 0.08 s to start one of an installation that is looked at anyway. */
    private static boolean startsAnother(Path program) {
        try {
            return program.toRealPath().endsWith("pg_wrapper");
        } catch (IOException _) {
            return false; // there is none
        }
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

    private static @Nullable Process ask(Path pgDump) {
        try {
            Process process = new ProcessBuilder(pgDump.toString(), "--version")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            return process;
        } catch (IOException _) {
            return null; // a program that does not start is as good as missing
        }
    }

    /** @return what it printed; nothing when it failed */
    private static String answer(Process process) {
        try {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return printed;
            }
        } catch (IOException _) {
            // as good as missing, too
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        return "";
    }
}
