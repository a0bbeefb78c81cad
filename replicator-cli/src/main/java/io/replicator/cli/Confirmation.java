package io.replicator.cli;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.util.Locale;

/** Asks before something that cannot be taken back. */
final class Confirmation {
    private Confirmation() {}

    /**
     * Asks on the terminal.
     *
     * @return whether the operator agreed
     * @throws ReplicatorException {@code USAGE_INVALID} when nobody can answer
     */
    static boolean given(Terminal terminal, String question) {
        if (!terminal.answered()) {
            throw new ReplicatorException(
                    ErrorCode.USAGE_INVALID, "this needs a confirmation, and no terminal is there to ask; pass --yes");
        }
        terminal.err().print(question + " [y/N] ");
        terminal.err().flush();
        try {
            String answer = terminal.answer().toLowerCase(Locale.ROOT);
            boolean agreed = answer.equals("y") || answer.equals("yes");
            if (!agreed) {
                terminal.err().println("nothing was changed");
            }
            return agreed;
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.USAGE_INVALID, "the answer cannot be read: " + e, e);
        }
    }
}
