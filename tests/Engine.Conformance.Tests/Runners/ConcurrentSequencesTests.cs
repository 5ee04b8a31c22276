using Engine.Inference.Runners;
using Engine.Tests;

namespace Engine.Conformance.Tests.Runners;

/// <summary>The default model: eight sequences that come and go in ONNX Runtime's batches give the tokens that each gives alone.</summary>
public class ConcurrentSequencesTests
{
    [Fact]
    public void Execute_EightSequencesThatComeAndGo_GiveTheTokensThatEachGivesAlone()
    {
        using IModelRunner runner = RunnerUnderTest.Open("onnxruntime", Path.Combine(SharedData.Repository, "models/default"), options => options.Threads = 1);
        ConcurrentSequences sequences = new(runner);
        ConcurrentSequences.Script[] scripts = ConcurrentSequences.Eight(runner.VocabularySize);

        int[][] together = sequences.Run(scripts);

        for (int i = 0; i < scripts.Length; i++)
        {
            Assert.Equal(sequences.Alone(scripts[i]), together[i]);
        }
    }
}
