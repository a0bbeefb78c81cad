package io.replicator.postgres;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A shell command that prints a fresh password, for tokens that expire (IAM authentication). */
final class CredentialCommand {
    private static final long LIMIT_SECONDS = 30;

    private CredentialCommand() {}

    static String password(String command) {
        try {
            Process process = new ProcessBuilder(List.of("sh", "-c", command))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            byte[] printed = process.getInputStream().readAllBytes();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw failed("it did not end within " + LIMIT_SECONDS + " s", null);
            }
            String password = new String(printed, StandardCharsets.UTF_8).strip();
            if (process.exitValue() != 0 || password.isEmpty()) {
                throw failed("exit code " + process.exitValue() + ", it printed " + printed.length + " bytes", null);
            }
            return password;
        } catch (IOException e) {
            throw failed("it could not be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted in credential_command", e);
        }
    }

    private static ReplicatorException failed(String why, @org.jspecify.annotations.Nullable Throwable cause) {
        String message = "credential_command failed: " + why;
        return cause == null
                ? new ReplicatorException(ErrorCode.AUTHENTICATION_FAILED, message)
                : new ReplicatorException(ErrorCode.AUTHENTICATION_FAILED, message, cause);
    }
}
