package org.cofitune.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.DiskFault;
import org.cofitune.store.JsonRecord;

/**
 * What base and tuned model write after one prompt, one line of {@code samples.jsonl}.
 *
 * @param row the held-out row that the prompt is from, {@code file:line}
 * @param prompt as the model sees it, special tokens included
 * @param reference how the row goes on
 * @param base what the base model writes
 * @param tuned what the tuned model writes
 */
public record Sample(String row, String prompt, String reference, String base, String tuned) {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /** Writes a file of samples; it appears when it is complete. */
  public static void write(Path file, List<Sample> samples) {
    StringBuilder lines = new StringBuilder();
    for (Sample sample : samples) {
      try {
        lines.append(JSON.writeValueAsString(sample)).append('\n');
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("texts can always be written", e);
      }
    }
    AtomicFile.write(file, lines.toString());
  }

  /**
   * Reads a file of samples.
   *
   * @throws CofituneException of kind FORMAT naming the line that is no sample
   */
  public static List<Sample> read(Path file) {
    List<Sample> samples = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        samples.add(JsonRecord.read(JSON, line, Sample.class));
      }
    } catch (JsonProcessingException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "not a sample")
          .at(file + ":" + (samples.size() + 1))
          .expected("one JSON object as this program writes it")
          .found(e.getOriginalMessage())
          .next("remove the file; the run's scores make it again")
          .cause(e)
          .build();
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
    return samples;
  }
}
