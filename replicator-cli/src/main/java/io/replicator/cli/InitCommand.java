package io.replicator.cli;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Writes a commented configuration. */
@Command(name = "init", description = "Write a commented configuration file.")
final class InitCommand implements Callable<Integer> {
    @ParentCommand
    private ReplicatorCommand root;

    @Option(names = "--force", description = "Overwrite the file if it exists.")
    private boolean force;

    @Override
    public Integer call() {
        Path file = root.file();
        OpenOption[] options = force
                ? new OpenOption[] {
                    StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE
                }
                : new OpenOption[] {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE};
        try (InputStream template = Objects.requireNonNull(InitCommand.class.getResourceAsStream("replicator.yaml"))) {
            Files.write(file, template.readAllBytes(), options);
        } catch (FileAlreadyExistsException e) {
            throw new ReplicatorException(
                    ErrorCode.USAGE_INVALID, file + " exists already; --force overwrites it, -c names another file", e);
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.USAGE_INVALID, file + " cannot be written: " + e, e);
        }
        root.terminal().out().println("wrote " + file + "; next: export REPLICATOR_SOURCE=… REPLICATOR_TARGET=…");
        root.terminal().out().println("then run 'replicator check'");
        return 0;
    }
}
