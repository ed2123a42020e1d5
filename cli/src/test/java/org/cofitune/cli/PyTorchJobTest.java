package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The example for Kubernetes has what Kubeflow's operator asks of a PyTorchJob, v1. */
final class PyTorchJobTest {
  private final JsonNode job = read();

  /** Anchors resolved, as kubectl does it. */
  private static JsonNode read() {
    Path file = DocumentedCommands.ROOT.resolve("examples/scale/pytorchjob.yaml");
    try (Reader reader = Files.newBufferedReader(file)) {
      return new YAMLMapper().valueToTree(new Yaml().load(reader));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void itIsAPyTorchJobWithOneMaster() {
    assertThat(job.path("apiVersion").asText()).isEqualTo("kubeflow.org/v1");
    assertThat(job.path("kind").asText()).isEqualTo("PyTorchJob");
    assertThat(job.at("/metadata/name").asText()).matches("[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?");
    assertThat(job.at("/spec/runPolicy/cleanPodPolicy").asText()).isIn("None", "Running", "All");
    assertThat(job.at("/spec/pytorchReplicaSpecs").fieldNames())
        .toIterable()
        .containsExactly("Master", "Worker");
    assertThat(job.at("/spec/pytorchReplicaSpecs/Master/replicas").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Master", "Worker"})
  void everyReplicaTrainsInTheContainerThatTheOperatorSetsUp(String replica) {
    JsonNode spec = job.at("/spec/pytorchReplicaSpecs/" + replica);
    assertThat(spec.path("restartPolicy").asText())
        .isIn("Always", "OnFailure", "Never", "ExitCode");
    JsonNode pod = spec.at("/template/spec");
    JsonNode container = pod.at("/containers/0");
    assertThat(container.path("name").asText()).isEqualTo("pytorch");
    assertThat(container.path("ports").findValuesAsText("name")).containsExactly("pytorchjob-port");
    assertThat(pod.path("volumes").findValuesAsText("name"))
        .containsAll(container.path("volumeMounts").findValuesAsText("name"));
    List<String> command = new ArrayList<>();
    container.path("command").forEach(word -> command.add(word.asText()));
    assertThat(command).contains("train", "--resume");
    assertThat(CommandCatalog.find(command.get(1))).isPresent();
  }
}
