using Engine.Onnx.Operators;
using Engine.Tests;

namespace Engine.Onnx.Tests.Operators;

/// <summary>Every operator against ONNX's own backend tests.</summary>
public sealed class NodeTests
{
    /// <summary>Cases that we do not pass, and why.</summary>
    private static readonly Dictionary<string, string> Excluded = new()
    {
        ["test_flexattention_double_expanded_ver26"] = "matrix products and softmax compute in fp32 and refuse fp64",
    };

    private static readonly Lazy<ILookup<string, NodeTestCase>> Cases = new(ReadCases);

    public static TheoryData<string> Operators => [.. OperatorRegistry.Default.Names.Where(name => !name.Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Run_CasesOfOperator_EqualTheReference(string operatorType)
    {
        SharedData.PathOf("onnx/onnx-1.22.0-node.zip");
        List<string> failures = [];
        foreach (NodeTestCase testCase in Cases.Value[operatorType].Where(testCase => !Excluded.ContainsKey(testCase.Name)))
        {
            using OnnxModel model = testCase.Load()!;
            try
            {
                if (testCase.Run(model) is { } failure)
                {
                    failures.Add(failure);
                }
            }
            catch (Exception exception) when (exception is InvalidModelException or ArgumentException or InvalidOperationException)
            {
                failures.Add($"{testCase.Name}: {exception.Message}");
            }
        }

        Assert.Empty(failures);
    }

    [Fact]
    public void Cases_OfAllOperators_AreMany() => Assert.InRange(Cases.Value.Sum(group => group.Count()), 800, 5000);

    /// <summary>Cases that only use operators that we have, by the operator they are about.</summary>
    private static ILookup<string, NodeTestCase> ReadCases()
    {
        List<(string Operator, NodeTestCase Case)> cases = [];
        foreach (NodeTestCase testCase in NodeTestCase.ReadAll(SharedData.PathOf("onnx/onnx-1.22.0-node.zip")))
        {
            using OnnxModel? model = testCase.Load();
            bool isOurs = model is { UnsupportedOperators.Count: 0 } && model.Inputs.Concat(model.Outputs).All(value => value.ElementType.IsSupported());
            if (isOurs)
            {
                cases.Add((model!.OperatorCounts.MaxBy(pair => pair.Value).Key, testCase));
            }
        }

        return cases.ToLookup(pair => pair.Operator, pair => pair.Case);
    }
}
