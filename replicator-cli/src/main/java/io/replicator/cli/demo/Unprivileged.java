package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** How PostgreSQL's programs, which refuse to run as root, are started. */
enum Unprivileged {
    /** As the user we are, who is not root. */
    SAME_USER,
    /** In a user namespace of their own, where root is nobody. */
    USER_NAMESPACE,
    /** As nobody, where user namespaces are forbidden, as in most containers. */
    NOBODY;

    private static final int NOBODY_ID = 65_534;

    /** The words that stand before a program and its arguments. */
    List<String> prefix() {
        return switch (this) {
            case SAME_USER -> List.of();
            case USER_NAMESPACE -> List.of("unshare", "-U");
            case NOBODY -> List.of("setpriv", "--reuid=" + NOBODY_ID, "--regid=" + NOBODY_ID, "--clear-groups");
        };
    }

    /** Finds the way that works here. */
    static Unprivileged detect() {
        if (userId() != 0) {
            return SAME_USER;
        }
        if (USER_NAMESPACE.works()) {
            return USER_NAMESPACE;
        }
        if (NOBODY.works()) {
            return NOBODY;
        }
        throw new ReplicatorException(
                ErrorCode.INTERNAL,
                "PostgreSQL refuses to run as root, and neither 'unshare -U' nor 'setpriv' (util-linux) works here: "
                        + "run as another user");
    }

    /** Makes a directory of ours usable for the programs. */
    void handOver(Path directory) {
        if (this != NOBODY) {
            return;
        }
        try {
            Files.setAttribute(directory, "unix:uid", NOBODY_ID);
            Files.setAttribute(directory, "unix:gid", NOBODY_ID);
            Path parent = directory.getParent();
            Set<PosixFilePermission> permissions = new HashSet<>(Files.getPosixFilePermissions(parent));
            if (permissions.add(PosixFilePermission.OTHERS_EXECUTE)) {
                Files.setPosixFilePermissions(parent, permissions);
            }
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, "handing " + directory + " over to nobody", e);
        }
    }

    private boolean works() {
        try {
            Process probe = new ProcessBuilder(Programs.command(prefix(), "true"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return probe.waitFor(10, TimeUnit.SECONDS) && probe.exitValue() == 0;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException e) {
            throw Programs.interrupted(e);
        }
    }

    private static int userId() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, "reading the user id from /proc/self", e);
        }
    }
}
