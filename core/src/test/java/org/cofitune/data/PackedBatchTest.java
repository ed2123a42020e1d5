package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cofitune.data.Examples.example;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class PackedBatchTest {

  @Test
  void sequencesStandOneBehindTheOtherAndTargetsAreShiftedByOne() {
    PackedBatch batch = PackedBatch.pack(List.of(example(2, 1, 20, 30, 2), example(1, 1, 40)));

    assertThat(batch.ids()).containsExactly(1, 20, 30, 2, 1, 40);
    assertThat(batch.offsets()).containsExactly(0, 4, 6);
    assertThat(batch.targetPositions()).containsExactly(1, 2, 4);
    assertThat(batch.targets()).containsExactly(30, 2, 40);
    assertThat(batch.positions()).containsExactly(0, 1, 2, 3, 0, 1);
    assertThat(batch.longest()).isEqualTo(4);
  }

  @Test
  void firstTokenOfASequenceIsNeverATarget() {
    PackedBatch batch = PackedBatch.pack(List.of(example(1, 7), example(3, 1, 2, 3)));

    assertThat(batch.targets()).containsExactly(2, 3);
    assertThat(batch.targetPositions()).containsExactly(1, 2);
  }

  @Test
  void labelsThatDifferFromTheIdsArePredicted() {
    TokenizedExample example =
        new TokenizedExample(
            new int[] {5, 6}, new int[] {-100, 9}, example(1, 1, 2).source(), false);

    assertThat(PackedBatch.pack(List.of(example)).targets()).containsExactly(9);
  }

  @Test
  void noExampleIsRefused() {
    assertThatThrownBy(() -> PackedBatch.pack(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Property(tries = 300)
  void packingTogetherIsPackingAloneAndShifting(@ForAll("examples") List<TokenizedExample> rows) {
    PackedBatch together = PackedBatch.pack(rows);

    assertThat(together.sequences()).isEqualTo(rows.size());
    int target = 0;
    for (int s = 0; s < rows.size(); s++) {
      PackedBatch alone = PackedBatch.pack(List.of(rows.get(s)));
      int start = together.offsets()[s];
      assertThat(together.length(s)).isEqualTo(alone.tokens());
      for (int i = 0; i < alone.tokens(); i++) {
        assertThat(together.ids()[start + i]).isEqualTo(alone.ids()[i]);
      }
      for (int k = 0; k < alone.supervisedTokens(); k++) {
        assertThat(together.targetPositions()[target])
            .isEqualTo(start + alone.targetPositions()[k])
            .isBetween(start, together.offsets()[s + 1] - 2);
        assertThat(together.targets()[target]).isEqualTo(alone.targets()[k]);
        target++;
      }
    }
    assertThat(target)
        .isEqualTo(together.supervisedTokens())
        .isEqualTo(rows.stream().mapToInt(TokenizedExample::supervisedTokens).sum());
  }

  @Provide
  Arbitrary<List<TokenizedExample>> examples() {
    return Examples.any().list().ofMinSize(1).ofMaxSize(8);
  }
}
