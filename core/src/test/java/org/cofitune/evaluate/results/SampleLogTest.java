package org.cofitune.evaluate.results;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.evaluate.score.Results;
import org.cofitune.evaluate.score.TaskResult;
import org.cofitune.evaluate.task.FilterPipeline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SampleLogTest {
  @Test
  void everyItemIsWrittenWithPromptAnswerAndMetrics(@TempDir Path folder) throws IOException {
    FilterPipeline strip = new FilterPipeline("strip", "", List.of(String::strip));
    TaskResult result =
        Results.answers(
            List.of("exact_match", "rougeL"),
            List.of(strip, FilterPipeline.NONE),
            " 18",
            "18",
            "no",
            "20");

    Path file = SampleLog.write(folder, result);

    assertThat(file.getFileName()).hasToString("samples_g.jsonl");
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(4);
    JsonNode first = new ObjectMapper().readTree(lines.get(0));
    assertThat(first.at("/doc_id").asInt()).isZero();
    assertThat(first.at("/doc/q").asText()).isEqualTo("question 0");
    assertThat(first.at("/target").asText()).isEqualTo("18");
    assertThat(first.at("/arguments/0/0").asText()).isEqualTo("question 0");
    assertThat(first.at("/resps/0").asText()).isEqualTo(" 18");
    assertThat(first.at("/filtered_resps/0").asText()).isEqualTo("18");
    assertThat(first.at("/filter").asText()).isEqualTo("strip");
    assertThat(first.at("/exact_match").asDouble()).isEqualTo(1);
    JsonNode unfiltered = new ObjectMapper().readTree(lines.get(2));
    assertThat(unfiltered.at("/exact_match").asDouble()).isZero();
    assertThat(unfiltered.at("/rougeL").asDouble()).isEqualTo(1);
  }
}
