package io.replicator.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads one YAML document into nodes that know their lines. Duplicate keys and aliases are problems. */
final class YamlReader {
    private static final Pattern LINE = Pattern.compile("(?m)^ in .*, line ([0-9]{1,9}), column");

    private final Problems problems;
    private final YAMLParser parser;

    private YamlReader(YAMLParser parser, Problems problems) {
        this.parser = parser;
        this.problems = problems;
    }

    /** Returns the document's top group of keys; null after reporting why there is none. */
    static YamlNode.@Nullable Mapping read(String text, Problems problems) {
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            return new YamlReader(parser, problems).document();
        } catch (JsonProcessingException e) {
            problems.add(lastLine(e), "not valid YAML: " + withoutExcerpts(e), "see docs/configuration.md");
        } catch (IOException e) {
            problems.add("not readable: " + e.getMessage(), "check the file");
        }
        return null;
    }

    /** The parser's message quotes the file in indented lines, and these may hold a secret. */
    private static String withoutExcerpts(JsonProcessingException e) {
        return e.getOriginalMessage()
                .lines()
                .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
                .collect(Collectors.joining(", "));
    }

    /** The parser names the line where the value began, then the one where it broke. */
    private static int lastLine(JsonProcessingException e) {
        int last = 1;
        Matcher mention = LINE.matcher(e.getOriginalMessage());
        while (mention.find()) {
            last = Integer.parseInt(mention.group(1));
        }
        return last;
    }

    private YamlNode.@Nullable Mapping document() throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null || first == JsonToken.VALUE_NULL) {
            return new YamlNode.Mapping(1, Map.of());
        }
        YamlNode top = node(first);
        if (parser.nextToken() != null) {
            problems.add(line(), "a second document begins", "keep one migration per file");
        }
        if (top instanceof YamlNode.Mapping mapping) {
            return mapping;
        }
        problems.add(top.line(), "the file must hold keys, not " + top.kind(), "see docs/configuration.md");
        return null;
    }

    private YamlNode node(JsonToken token) throws IOException {
        int line = line();
        if (parser.isCurrentAlias()) {
            problems.add(line, "aliases (*name) are not supported", "write the value itself");
            return new YamlNode.Empty(line);
        }
        return switch (token) {
            case START_OBJECT -> mapping(line);
            case START_ARRAY -> items(line);
            case VALUE_NULL -> new YamlNode.Empty(line);
            default -> new YamlNode.Scalar(line, parser.getText());
        };
    }

    private YamlNode mapping(int line) throws IOException {
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            int keyLine = line();
            YamlNode value = node(parser.nextToken());
            YamlNode.Entry earlier = entries.putIfAbsent(key, new YamlNode.Entry(keyLine, value));
            if (earlier != null) {
                problems.add(
                        keyLine, "key '" + key + "' stands in line " + earlier.line() + " too", "keep one of them");
            }
        }
        return new YamlNode.Mapping(line, entries);
    }

    private YamlNode items(int line) throws IOException {
        List<YamlNode> values = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            values.add(node(token));
        }
        return new YamlNode.Items(line, values);
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }
}
