package org.cofitune.evaluate.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvReadException;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.cofitune.data.JsonObjects;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * The rows of a split: JSON Lines, a JSON array of objects, or CSV and TSV with a header.
 *
 * @param rows the rows that can be read, in file order
 * @param columns every column that some row has
 * @param bad rows that cannot be read, in file order
 */
record Documents(List<Document> rows, Set<String> columns, List<BadRow> bad) {

  /** A row that cannot be read, and why. */
  record BadRow(String place, CofituneException error) {}

  /** Reads files one after the other; a row that cannot be read is noted, not raised. */
  static Documents read(List<Path> files) {
    List<Document> rows = new ArrayList<>();
    List<BadRow> bad = new ArrayList<>();
    for (Path file : files) {
      String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
      if (name.endsWith(".csv") || name.endsWith(".tsv")) {
        readTable(file, name.endsWith(".tsv") ? '\t' : ',', rows, bad);
      } else {
        readJson(file, rows, bad);
      }
    }
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(row -> columns.addAll(row.fields().keySet()));
    return new Documents(rows, columns, bad);
  }

  private static void readJson(Path file, List<Document> rows, List<BadRow> bad) {
    JsonObjects.read(
        file,
        (source, object) -> rows.add(new Document(fields(object), source.toString())),
        (source, error) -> bad.add(new BadRow(source.toString(), error)));
  }

  private static Map<String, Object> fields(JsonNode object) {
    Map<String, Object> fields = new LinkedHashMap<>();
    object.properties().forEach(e -> fields.put(e.getKey(), TaskKeys.plain(e.getValue())));
    return fields;
  }

  private static void readTable(Path file, char separator, List<Document> rows, List<BadRow> bad) {
    if (!Files.isRegularFile(file)) {
      throw CofituneException.of(ErrorKind.DATA, "no such file of rows")
          .at(file)
          .next("check the path")
          .build();
    }
    CsvMapper mapper =
        CsvMapper.builder()
            .enable(CsvParser.Feature.FAIL_ON_MISSING_COLUMNS)
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
            .build();
    CsvSchema schema = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator);
    try (BufferedReader text = Files.newBufferedReader(file)) {
      skipByteOrderMark(text);
      try (MappingIterator<Map<String, String>> table =
          mapper.readerForMapOf(String.class).with(schema).readValues(text)) {
        readRows(file, table, rows, bad);
      }
    } catch (IOException e) {
      throw CofituneException.of(ErrorKind.DATA, "table cannot be read")
          .at(file)
          .expected("UTF-8 text with a header line")
          .found(e.getMessage())
          .cause(e)
          .build();
    }
  }

  private static void readRows(
      Path file, MappingIterator<Map<String, String>> table, List<Document> rows, List<BadRow> bad)
      throws IOException {
    int line = 0;
    while (true) {
      try {
        if (!table.hasNextValue()) {
          return;
        }
        line = table.getCurrentLocation().getLineNr();
        Map<String, Object> fields = new LinkedHashMap<>(table.nextValue());
        rows.add(new Document(fields, file + ":" + line));
      } catch (CsvReadException e) {
        bad.add(badRow(file + ":" + line, e));
      }
    }
  }

  private static BadRow badRow(String place, CsvReadException e) {
    return new BadRow(
        place,
        CofituneException.of(ErrorKind.DATA, "row does not fit the header")
            .at(place)
            .found(e.getOriginalMessage().lines().findFirst().orElse("another number of cells"))
            .next("mend the row, or set on_bad_item: skip")
            .cause(e)
            .build());
  }

  private static void skipByteOrderMark(BufferedReader text) throws IOException {
    text.mark(1);
    if (text.read() != '\uFEFF') {
      text.reset();
    }
  }
}
