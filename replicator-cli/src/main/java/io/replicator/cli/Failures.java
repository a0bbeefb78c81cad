package io.replicator.cli;

import io.replicator.error.ErrorCategory;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.status.Json;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells a failure to the operator, one line per problem and then the fix, and finds its exit code. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final ReplicatorCommand root;

    Failures(ReplicatorCommand root) {
        this.root = root;
    }

    /** What {@code --json} prints in place of a result. */
    record Document(Failure error) {}

    record Failure(String code, String message, String fix) {}

    @Override
    public int handleExecutionException(Exception exception, CommandLine commandLine, ParseResult parsed) {
        ReplicatorException failure = exception instanceof ReplicatorException known
                ? known
                : new ReplicatorException(ErrorCode.INTERNAL, "unexpected: " + exception, exception);
        print(failure);
        if (commandLine.getCommand() instanceof JsonCommand command && command.json()) {
            String code = failure.code().name().toLowerCase(Locale.ROOT);
            root.terminal()
                    .out()
                    .println(Json.write(new Document(new Failure(
                            code, failure.getMessage(), failure.code().hint()))));
        }
        return failure.code().category().exitCode();
    }

    @Override
    public int handleParseException(ParameterException exception, String[] arguments) {
        PrintStream err = root.terminal().err();
        CommandLine commandLine = exception.getCommandLine();
        err.println("error: " + message(exception));
        if (exception instanceof UnmatchedArgumentException unmatched) {
            for (String suggestion : unmatched.getSuggestions()) {
                err.println("  did you mean: " + suggestion + "?");
            }
        }
        err.println("  fix: see '" + commandLine.getCommandSpec().qualifiedName() + " --help'");
        return ErrorCategory.USAGE.exitCode();
    }

    private static String message(ParameterException exception) {
        if (exception instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && !exception.getCommandLine().getSubcommands().isEmpty()) {
            return "unknown command '" + unmatched.getUnmatched().getFirst() + "'";
        }
        return Objects.requireNonNullElse(exception.getMessage(), "wrong command line");
    }

    void print(ReplicatorException failure) {
        PrintStream err = root.terminal().err();
        failure.getMessage().lines().forEach(line -> err.println("error: " + line));
        err.println("  fix: " + failure.code().hint());
        if (root.debug()) {
            failure.printStackTrace(err);
        }
    }
}
