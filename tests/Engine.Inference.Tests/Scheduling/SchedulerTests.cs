using Engine.Inference.Core;
using Engine.Inference.KVCache;
using Engine.Inference.Sampling;
using Engine.Inference.Scheduling;

namespace Engine.Inference.Tests.Scheduling;

public class SchedulerTests
{
    private readonly KVCacheManager _cache;
    private long _lastId;

    public SchedulerTests() => _cache = new KVCacheManager(new KVCacheLayout(BlockSize: 4, BlockCount: 16, BytesPerBlock: 1, CanShareBlocks: true), prefixCache: true);

    [Fact]
    public void Schedule_Nothing_IsEmpty() => Assert.True(Create(8, 16).Schedule().IsEmpty);

    [Fact]
    public void Schedule_LongPromptBesideDecodingSequence_SharesTheBudget()
    {
        Scheduler scheduler = Create(8, 16);
        scheduler.Add(Sequence(3));
        Step(scheduler);
        scheduler.Add(Sequence(20));

        Assert.Equal([1, 15], Counts(scheduler.Schedule()));
    }

    [Fact]
    public void Schedule_DecodingSequenceBehindALongPrompt_StillGetsItsToken()
    {
        Scheduler scheduler = Create(8, 16);
        scheduler.Add(Sequence(40));
        Step(scheduler);
        scheduler.Add(Sequence(3));

        Assert.Equal([15, 1], Counts(scheduler.Schedule()));
    }

    [Fact]
    public void Schedule_PromptInPieces_WantsLogitsOfTheLastPieceOnly()
    {
        Scheduler scheduler = Create(8, 16);
        scheduler.Add(Sequence(40));

        Assert.Equal([(0, 16, 0), (16, 16, 0), (32, 8, 1), (40, 1, 1)], Enumerable.Range(0, 4).Select(_ =>
        {
            ScheduledSequence planned = Step(scheduler).Sequences[0];
            return (planned.Position, planned.TokenCount, planned.LogitCount);
        }));
    }

    [Fact]
    public void Schedule_SeveralSequences_GivesPositionsTokensAndBlocks()
    {
        Scheduler scheduler = Create(8, 64);
        scheduler.Add(Sequence(5, first: 100));
        scheduler.Add(Sequence(3, first: 200));

        StepPlan plan = scheduler.Schedule();

        Assert.Equal(2, plan.LogitRowCount);
        Assert.Equal([100, 101, 102, 103, 104], plan.TokensOf(plan.Sequences[0]));
        Assert.Equal([200, 201, 202], plan.TokensOf(plan.Sequences[1]));
        Assert.Equal(2, plan.BlocksOf(plan.Sequences[0]).Length);
        Assert.Equal(3, plan.BlockIds.ToArray().Distinct().Count());
    }

    [Fact]
    public void Schedule_MoreSequencesThanPlaces_TakesPriorityThenArrival()
    {
        Scheduler scheduler = Create(2, 64);
        Sequence late = Sequence(3, priority: 1);
        Sequence first = Sequence(3);
        Sequence second = Sequence(3);
        Sequence urgent = Sequence(3, priority: -1);
        foreach (Sequence sequence in new[] { late, first, second, urgent })
        {
            scheduler.Add(sequence);
        }

        scheduler.Schedule();

        Assert.Equal([urgent, first], scheduler.Scheduled);
        Assert.Equal(2, scheduler.WaitingCount);
    }

    [Fact]
    public void Schedule_NoBlocksForANewSequence_LetsItWait()
    {
        Scheduler scheduler = Create(8, 256);
        scheduler.Add(Sequence(50));
        scheduler.Add(Sequence(20, first: 100));

        Assert.Equal([50], Counts(scheduler.Schedule()));
        Assert.Equal(1, scheduler.WaitingCount);
    }

    [Fact]
    public void Schedule_NoBlocksForTheNextToken_PreemptsTheYoungest()
    {
        Scheduler scheduler = Create(8, 256);
        Sequence old = Sequence(32, first: 0);
        Sequence young = Sequence(32, first: 100);
        scheduler.Add(old);
        scheduler.Add(young);
        Step(scheduler);

        StepPlan plan = scheduler.Schedule();

        Assert.Equal([1], Counts(plan));
        Assert.Equal([old], scheduler.Scheduled);
        Assert.Equal(SequenceStatus.Waiting, young.Status);
        Assert.Equal(33, young.PendingTokens);
        Assert.Equal(1, scheduler.PreemptionCount);
    }

    [Fact]
    public void Schedule_PreemptedSequence_ComesBackBeforeLaterOnes()
    {
        Scheduler scheduler = Create(8, 256);
        Sequence old = Sequence(32, first: 0);
        Sequence young = Sequence(32, first: 100);
        scheduler.Add(old);
        scheduler.Add(young);
        Step(scheduler);
        Step(scheduler);
        scheduler.Add(Sequence(40, first: 500));
        scheduler.Remove(old);

        scheduler.Schedule();

        Assert.Equal(young, scheduler.Scheduled[0]);
        Assert.Equal(0, young.CachedTokens);
    }

    [Fact]
    public void Schedule_SequencesThatGaveBackTheirBlocks_AreNamedOnce()
    {
        Scheduler scheduler = Create(8, 256);
        Sequence old = Sequence(32, first: 0);
        Sequence young = Sequence(32, first: 100);
        Sequence waiting = Sequence(40, first: 500);
        scheduler.Add(old);
        scheduler.Add(young);
        Step(scheduler);
        scheduler.Add(waiting);
        scheduler.Remove(waiting);

        Assert.Equal([young.Id], scheduler.Schedule().Ended.ToArray());
        scheduler.Remove(old);
        Assert.Equal([old.Id], scheduler.Schedule().Ended.ToArray());
        Assert.Empty(scheduler.Schedule().Ended.ToArray());
    }

    [Fact]
    public void Remove_RunningSequence_FreesItsBlocksAtOnce()
    {
        Scheduler scheduler = Create(8, 256);
        Sequence sequence = Sequence(32);
        scheduler.Add(sequence);
        StepPlan plan = scheduler.Schedule();

        scheduler.Remove(sequence);
        scheduler.Update(plan, [7]);

        Assert.Equal(16, _cache.FreeBlockCount);
        Assert.Equal(0, scheduler.RunningCount);
        Assert.Equal(32, sequence.Length);
    }

    [Fact]
    public void Remove_WaitingSequence_ForgetsIt()
    {
        Scheduler scheduler = Create(1, 256);
        Sequence sequence = Sequence(3);
        scheduler.Add(sequence);

        scheduler.Remove(sequence);

        Assert.True(scheduler.Schedule().IsEmpty);
        Assert.Equal(SequenceStatus.Finished, sequence.Status);
    }

    [Fact]
    public void Update_LastToken_FreesTheBlocks()
    {
        Scheduler scheduler = Create(8, 256);
        Sequence sequence = Sequence(4, maxTokens: 2);
        scheduler.Add(sequence);
        Step(scheduler);
        Assert.Null(sequence.FinishReason);

        Step(scheduler);

        Assert.Equal(FinishReason.Length, sequence.FinishReason);
        Assert.Equal(16, _cache.FreeBlockCount);
    }

    [Fact]
    public void Update_EndToken_FinishesTheSequence()
    {
        Scheduler scheduler = Create(8, 256);
        Sequence sequence = Sequence(4);
        scheduler.Add(sequence);

        scheduler.Update(scheduler.Schedule(), [EndToken]);

        Assert.Equal(FinishReason.Stop, sequence.FinishReason);
        Assert.Equal(1, sequence.GeneratedCount);
    }

    [Fact]
    public void Schedule_BudgetBelowTheNumberOfSequences_RunsAsManyAsItCanFeed()
    {
        Scheduler scheduler = Create(64, 4);
        for (int index = 0; index < 6; index++)
        {
            scheduler.Add(Sequence(2, first: index * 10));
        }

        Assert.Equal([1, 1, 1, 1], Counts(scheduler.Schedule()));
    }

    private const int EndToken = 9999;

    private static int[] Counts(StepPlan plan) => [.. plan.Sequences.ToArray().Select(sequence => sequence.TokenCount)];

    private static StepPlan Step(Scheduler scheduler)
    {
        StepPlan plan = scheduler.Schedule();
        scheduler.Update(plan, [.. scheduler.Scheduled.Select((sequence, index) => plan.Sequences[index].LogitCount > 0 ? 7 : TokenOutput.NoToken)]);
        return plan;
    }

    private Scheduler Create(int maxSequences, int maxTokens) => new(new SchedulerOptions(maxSequences, maxTokens), _cache);

    private Sequence Sequence(int length, int maxTokens = 30, int priority = 0, int first = 0) => new(
        ++_lastId,
        new TokenRequest
        {
            PromptTokens = [.. Enumerable.Range(first, length)],
            Sampling = new SamplingParameters(),
            Seed = 1,
            MaxTokens = maxTokens,
            EndTokenIds = [EndToken],
            Priority = priority,
        },
        choiceIndex: 0);
}
