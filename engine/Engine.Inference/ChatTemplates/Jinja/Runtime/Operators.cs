using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>Equality and order of values, as Python has them.</summary>
internal static class Operators
{
    public static bool AreEqual(Value left, Value right, RenderBudget? budget, int depth = 0)
    {
        budget?.Step();
        if (ReferenceEquals(left, right))
        {
            return left is not FloatValue { Number: double.NaN };
        }

        switch (left, right)
        {
            case (StringValue a, StringValue b):
                budget?.Scan(a.Text.Length);
                return a.Text == b.Text;
            case (SequenceValue a, SequenceValue b):
                return SequencesEqual(a, b, budget, depth);
            case (DictValue a, DictValue b):
                return DictsEqual(a, b, budget, depth);
            case (RangeValue a, RangeValue b):
                return a.Equals(b);
            case (UndefinedValue, UndefinedValue):
                return true;
            default:
                return NumbersEqual(left, right);
        }
    }

    public static bool NumbersEqual(Value left, Value right) =>
        left.TryFloat(out _) && right.TryFloat(out _) && CompareNumbers(left, right) == 0;

    public static bool SequencesEqual(SequenceValue left, SequenceValue right, RenderBudget? budget, int depth)
    {
        if (left.GetType() != right.GetType() || left.Items.Count != right.Items.Count)
        {
            return false;
        }

        CheckDepth(depth);
        for (int i = 0; i < left.Items.Count; i++)
        {
            if (!AreEqual(left.Items[i], right.Items[i], budget, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    public static bool DictsEqual(DictValue left, DictValue right, RenderBudget? budget, int depth)
    {
        if (left.Entries.Count != right.Entries.Count)
        {
            return false;
        }

        CheckDepth(depth);
        foreach ((Value key, Value value) in left.Entries)
        {
            if (!right.Entries.TryGetValue(key, out Value? other) || !AreEqual(value, other, budget, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether <paramref name="left"/> stands to <paramref name="right"/> as <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c> says.</summary>
    public static bool IsOrdered(Value left, string relation, Value right, RenderBudget budget)
    {
        int? order = Compare(left, right, relation, budget, 0);
        return order is not null && relation switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    /// <summary>-1, 0 or 1; <see langword="null"/> where a not-a-number is involved. Throws where Python has no order.</summary>
    public static int? Compare(Value left, Value right, string relation, RenderBudget budget, int depth = 0)
    {
        budget.Step();
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                budget.Scan(Math.Min(a.Text.Length, b.Text.Length));
                return PythonText.Compare(a.Text, b.Text);
            case (SequenceValue a, SequenceValue b) when a.GetType() == b.GetType():
                return CompareSequences(a, b, relation, budget, depth);
            case (UndefinedValue undefined, _):
                throw undefined.Failure();
            case (_, UndefinedValue undefined):
                throw undefined.Failure();
        }

        if (left.TryFloat(out _) && right.TryFloat(out _))
        {
            return CompareNumbers(left, right);
        }

        throw JinjaException.Type($"'{relation}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
    }

    /// <summary>Sorts stably with Python's <c>&lt;</c>.</summary>
    public static void Sort<T>(List<T> items, Func<T, Value> key, bool descending, RenderBudget budget)
    {
        (T Item, Value Key)[] entries = new (T, Value)[items.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            budget.Elements(2);
            entries[i] = (items[i], key(items[i]));
        }

        (T Item, Value Key)[] spare = new (T, Value)[entries.Length];
        MergeSort(entries, spare, 0, entries.Length, descending, budget);
        for (int i = 0; i < entries.Length; i++)
        {
            items[i] = entries[i].Item;
        }
    }

    private static void MergeSort<T>((T Item, Value Key)[] entries, (T Item, Value Key)[] spare, int start, int end, bool descending, RenderBudget budget)
    {
        if (end - start < 2)
        {
            return;
        }

        int middle = (start + end) / 2;
        MergeSort(entries, spare, start, middle, descending, budget);
        MergeSort(entries, spare, middle, end, descending, budget);
        Array.Copy(entries, start, spare, start, end - start);
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++)
        {
            // The right one goes first only if it is strictly before the left: equal ones keep their order, also when descending.
            bool takesRight = left == middle || (right < end && (descending
                ? IsOrdered(spare[left].Key, "<", spare[right].Key, budget)
                : IsOrdered(spare[right].Key, "<", spare[left].Key, budget)));
            entries[i] = takesRight ? spare[right++] : spare[left++];
        }
    }

    private static int? CompareSequences(SequenceValue left, SequenceValue right, string relation, RenderBudget budget, int depth)
    {
        CheckDepth(depth);
        for (int i = 0; i < Math.Min(left.Items.Count, right.Items.Count); i++)
        {
            if (!AreEqual(left.Items[i], right.Items[i], budget, depth + 1))
            {
                return Compare(left.Items[i], right.Items[i], relation, budget, depth + 1);
            }
        }

        return left.Items.Count.CompareTo(right.Items.Count);
    }

    private static int? CompareNumbers(Value left, Value right)
    {
        bool isLeftInteger = left.TryInteger(out BigInteger a);
        bool isRightInteger = right.TryInteger(out BigInteger b);
        if (isLeftInteger && isRightInteger)
        {
            return a.CompareTo(b);
        }

        left.TryFloat(out double x);
        right.TryFloat(out double y);
        if (double.IsNaN(x) || double.IsNaN(y))
        {
            return null;
        }

        // An integer beyond 2^53 has no exact double: compare as integers where the other side is one.
        if (isLeftInteger && double.IsFinite(y))
        {
            int order = a.CompareTo(new BigInteger(Math.Floor(y)));
            return order != 0 ? order : double.IsInteger(y) ? 0 : -1;
        }

        if (isRightInteger && double.IsFinite(x))
        {
            int order = new BigInteger(Math.Floor(x)).CompareTo(b);
            return order != 0 ? order : double.IsInteger(x) ? 0 : 1;
        }

        return x.CompareTo(y);
    }

    private static void CheckDepth(int depth)
    {
        if (depth > RenderLimits.ValueDepth)
        {
            throw JinjaException.Budget("values that are compared are nested too deeply");
        }
    }
}
