package io.replicator.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Expands references to environment variables: a dollar sign and a name in braces. A second dollar sign in front makes
 * it plain text.
 */
final class Variables {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)}?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final Map<String, String> environment;
    private final Problems problems;

    Variables(Map<String, String> environment, Problems problems) {
        this.environment = environment;
        this.problems = problems;
    }

    /** Returns the expanded text, or null after reporting why it cannot be expanded. */
    @Nullable
    String expand(YamlNode.Scalar scalar) {
        Matcher reference = REFERENCE.matcher(scalar.text());
        StringBuilder expanded = new StringBuilder();
        boolean complete = true;
        while (reference.find()) {
            String name = reference.group(1);
            String value = name == null ? "${" : value(name, reference.group().endsWith("}"), scalar.line());
            complete &= value != null;
            reference.appendReplacement(expanded, Matcher.quoteReplacement(value == null ? "" : value));
        }
        return complete ? reference.appendTail(expanded).toString() : null;
    }

    private @Nullable String value(String name, boolean closed, int line) {
        if (!closed || !NAME.matcher(name).matches()) {
            problems.add(line, "'${' does not begin a variable", "write ${NAME}, or $${ for the characters themselves");
            return null;
        }
        String value = environment.get(name);
        if (value == null) {
            problems.add(line, "environment variable " + name + " is not set", "export " + name + "=…");
        }
        return value;
    }
}
