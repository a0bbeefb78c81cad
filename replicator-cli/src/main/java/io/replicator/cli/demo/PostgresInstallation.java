package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The programs of one PostgreSQL major, unpacked from the class-path resource
 * {@code embedded-postgres/<major>/postgres-linux-<architecture>.txz}. Servers of one major in one directory share
 * them; they are removed when the last of these servers gives them back. Thread-safe.
 */
final class PostgresInstallation implements AutoCloseable {
    private static final int OLDEST = 10;
    private static final int NEWEST = 30;
    private static final Map<Key, PostgresInstallation> SHARED = new HashMap<>();

    private final Key key;
    private int users;
    private @Nullable Path home;

    private record Key(int major, Path directory) {}

    private PostgresInstallation(Key key) {
        this.key = key;
    }

    /** Unpacks the programs below the directory, or shares those that are there already. */
    static PostgresInstallation acquire(int major, Path directory) {
        PostgresInstallation installation;
        synchronized (SHARED) {
            installation = SHARED.computeIfAbsent(
                    new Key(major, directory.toAbsolutePath().normalize()), PostgresInstallation::new);
            installation.users++;
        }
        try {
            installation.home();
            return installation;
        } catch (RuntimeException e) {
            installation.close();
            throw e;
        }
    }

    /** The directory that holds {@code bin}, {@code lib} and {@code share}. */
    synchronized Path home() {
        if (home == null) {
            home = unpack();
        }
        return home;
    }

    private Path unpack() {
        try (InputStream archive = resource(resourceName(key.major()))) {
            if (archive == null) {
                throw new ReplicatorException(
                        ErrorCode.INTERNAL,
                        "PostgreSQL " + key.major() + " is not embedded for " + architecture() + "; embedded are "
                                + embeddedMajors());
            }
            Path unpacked = Files.createTempDirectory(key.directory(), "postgresql-" + key.major() + "-");
            Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwxr-xr-x"));
            TxzArchive.unpack(archive, unpacked);
            return unpacked;
        } catch (IOException e) {
            throw new ReplicatorException(
                    ErrorCode.INTERNAL, "unpacking PostgreSQL " + key.major() + " into " + key.directory(), e);
        }
    }

    @Override
    public void close() {
        synchronized (SHARED) {
            if (--users > 0) {
                return;
            }
            SHARED.remove(key);
        }
        synchronized (this) {
            if (home != null) {
                try {
                    Directories.remove(home);
                } catch (IOException e) {
                    throw new ReplicatorException(ErrorCode.INTERNAL, "removing " + home, e);
                }
                home = null;
            }
        }
    }

    private static @Nullable InputStream resource(String name) {
        return PostgresInstallation.class.getClassLoader().getResourceAsStream(name);
    }

    private static String resourceName(int major) {
        return "embedded-postgres/" + major + "/postgres-linux-" + architecture() + ".txz";
    }

    private static String architecture() {
        String system = System.getProperty("os.name");
        String architecture = System.getProperty("os.arch");
        if (!system.equals("Linux")) {
            throw new ReplicatorException(
                    ErrorCode.INTERNAL,
                    "embedded PostgreSQL runs on Linux (x86-64 and ARM64) only, this is " + system + " "
                            + architecture);
        }
        return switch (architecture) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default ->
                throw new ReplicatorException(
                        ErrorCode.INTERNAL,
                        "embedded PostgreSQL runs on x86-64 and ARM64 only, this is " + architecture);
        };
    }

    private static String embeddedMajors() {
        ClassLoader loader = PostgresInstallation.class.getClassLoader();
        return IntStream.rangeClosed(OLDEST, NEWEST)
                .filter(major -> loader.getResource(resourceName(major)) != null)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
    }
}
