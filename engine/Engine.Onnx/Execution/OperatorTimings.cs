using System.Diagnostics;
using System.Globalization;
using System.Text;
using Engine.Onnx.Graphs;

namespace Engine.Onnx.Execution;

/// <summary>Where the time of a session's runs went, by operator. Collected only when asked for.</summary>
internal sealed class OperatorTimings
{
    private readonly Dictionary<string, (long Ticks, int Calls)> _byOperator = [];

    /// <summary>Time and calls by operator, the most expensive first.</summary>
    public IEnumerable<(string Operator, TimeSpan Time, int Calls)> Rows =>
        _byOperator.OrderByDescending(pair => pair.Value.Ticks).Select(pair => (pair.Key, Stopwatch.GetElapsedTime(0, pair.Value.Ticks), pair.Value.Calls));

    public void Add(Node node, long ticks)
    {
        string key = node.QualifiedType;
        (long total, int calls) = _byOperator.GetValueOrDefault(key);
        _byOperator[key] = (total + ticks, calls + 1);
    }

    /// <summary>Forgets what was collected.</summary>
    public void Reset() => _byOperator.Clear();

    /// <summary>A table for people.</summary>
    public override string ToString()
    {
        double total = Rows.Sum(row => row.Time.TotalMilliseconds);
        StringBuilder table = new();
        foreach ((string name, TimeSpan time, int calls) in Rows)
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"{name,-50} {time.TotalMilliseconds,10:F3} ms {time.TotalMilliseconds / total,6:P1} {calls,8} calls");
        }

        return table.ToString();
    }
}
