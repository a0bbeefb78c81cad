package io.replicator.cli;

/** Colours a word where the terminal takes colours. */
enum Style {
    PLAIN,
    COLOURED;

    private static final String RESET = "\u001b[0m";

    static Style of(Terminal terminal) {
        return terminal.styled() ? COLOURED : PLAIN;
    }

    /** Returns the text in the colour of the health it speaks of. */
    String health(Health health, String text) {
        if (this == PLAIN) {
            return text;
        }
        String colour = switch (health) {
            case HEALTHY -> "\u001b[32m";
            case WARNING -> "\u001b[33m";
            case CRITICAL -> "\u001b[1;31m";
            case UNKNOWN -> "\u001b[35m";
        };
        return colour + text + RESET;
    }
}
