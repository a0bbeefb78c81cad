package io.replicator.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a script written by pg_restore into its entries. Each begins with a comment, {@code -- Name: …; Type: …; Schema:
 * …; Owner: …}; a look-alike inside a string or a function's body does not count. What stands before the first entry
 * are session settings, and is left out.
 */
final class DumpScript {
    private static final Pattern HEADER =
            Pattern.compile("-- Name: (?<name>.*); Type: (?<type>.*); Schema: (?<schema>.*); Owner: .*");
    private static final Pattern DOLLAR_TAG = Pattern.compile("\\$(?:[\\p{L}_][\\p{L}\\p{N}_]*)?\\$");

    private final String text;
    private final List<Part> parts = new ArrayList<>();
    private int position;
    private int bodyStart = -1;
    private String type = "";
    private String schema = "";
    private String name = "";

    private DumpScript(String text) {
        this.text = text;
    }

    /** An entry as the script has it; the schema is {@code -} where there is none. */
    record Part(String type, String schema, String name, String sql) {}

    static List<Part> split(String script) {
        DumpScript scanner = new DumpScript(script);
        scanner.scan();
        return scanner.parts;
    }

    private void scan() {
        while (position < text.length()) {
            switch (text.charAt(position)) {
                case '-' -> dash();
                case '/' -> slash();
                case '\'' -> quoted('\'', escaped());
                case '"' -> quoted('"', false);
                case '$' -> dollar();
                case '\\' -> metaCommand();
                default -> position++;
            }
        }
        finish(text.length());
    }

    private void dash() {
        if (!text.startsWith("--", position)) {
            position++;
            return;
        }
        int start = position;
        position = endOfLine(start);
        Matcher header = HEADER.matcher(text.substring(start, position));
        if (header.matches()) {
            finish(start);
            bodyStart = position;
            type = header.group("type");
            schema = header.group("schema");
            name = header.group("name");
        }
    }

    private void slash() {
        if (!text.startsWith("/*", position)) {
            position++;
            return;
        }
        int depth = 0;
        do {
            if (text.startsWith("/*", position)) {
                depth++;
                position += 2;
            } else if (text.startsWith("*/", position)) {
                depth--;
                position += 2;
            } else {
                position++;
            }
        } while (depth > 0 && position < text.length());
    }

    private boolean escaped() {
        return position > 0
                && "eE".indexOf(text.charAt(position - 1)) >= 0
                && (position == 1 || !Character.isJavaIdentifierPart(text.charAt(position - 2)));
    }

    private void quoted(char quote, boolean backslashEscapes) {
        do {
            position++;
            while (position < text.length() && text.charAt(position) != quote) {
                position += backslashEscapes && text.charAt(position) == '\\' ? 2 : 1;
            }
            position++;
        } while (position < text.length() && text.charAt(position) == quote);
    }

    private void dollar() {
        Matcher tag = DOLLAR_TAG.matcher(text).region(position, text.length());
        boolean insideIdentifier = position > 0 && Character.isJavaIdentifierPart(text.charAt(position - 1));
        if (insideIdentifier || !tag.lookingAt()) {
            position++;
            return;
        }
        int end = text.indexOf(tag.group(), tag.end());
        position = end < 0 ? text.length() : end + tag.group().length();
    }

    /** Commands for psql, {@code \restrict} and {@code \connect}, stand between entries. */
    private void metaCommand() {
        finish(position);
        position = endOfLine(position);
    }

    private int endOfLine(int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private void finish(int end) {
        if (bodyStart >= 0) {
            parts.add(new Part(type, schema, name, text.substring(bodyStart, end)));
            bodyStart = -1;
        }
    }
}
