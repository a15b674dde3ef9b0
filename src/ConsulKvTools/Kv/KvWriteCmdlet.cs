using System.Globalization;
using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;
using ConsulKvTools.Kv.Changes;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet that changes keys: each input gives one result, in the order of the inputs, and a failed one does not stop the others.</summary>
public abstract class KvWriteCmdlet : ConsulCmdlet
{
    // With what a stopped batch may take, under the second within which Ctrl+C has to end.
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(800);

    // Reading a hundred keys one by one takes a moment; nobody reads more of them.
    private const int MostCompared = 100;

    // With -Verbose, before only what is unusual is told one by one.
    private const int MostTold = 10;

    private readonly SortedDictionary<ConsulKvOutcome, long> outcomes = [];
    private KvWritePipeline? pipeline;
    private long givenOut;
    private bool isShown;
    private bool isWhatIf;
    private long compared;
    private long began;
    private (string First, string Last) notCompared;

    /// <summary>
    /// Prefix for small marker keys, such as <c>app/.marks/</c>, written in the same transaction and removed afterwards, which make every outcome decidable:
    /// with it nothing stays <c>Unknown</c> once the cluster answers. The token needs write there. Without it no marker is written.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PrefixCompleter))]
    public string? OperationPrefix { get; set; }

    /// <summary>Requests under way at once, 1 to 200; from a pipeline each carries up to 64 writes. Two writes to one key keep their order all the same.</summary>
    [Parameter]
    [WholeNumber("a number of requests: give a whole number from 1 to 200")]
    [ValidateRange(1, 200)]
    public int ThrottleLimit { get; set; } = 16;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        // To look up the preferences for each of 100,000 writes would cost as much as the writes.
        isWhatIf = PrefersWhatIf();
        isShown = isWhatIf || IsAsked(ConfirmImpact.Medium);
        pipeline = new KvWritePipeline(Observed, ThrottleLimit, StopToken);
        StartProgress(ProgressActivity);
        began = Active.Time.GetTimestamp();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        pipeline!.Flush();
        while (pipeline.Oldest is { } oldest) EmitAfter(oldest);
        EndProgress();
        SayWhatWasNotCompared();
        base.EndProcessing();
        SumUp();
    }

    /// <summary>What the progress bar is headed.</summary>
    private protected abstract string ProgressActivity { get; }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing || pipeline is null) return;
        SayWhatIsKnown();
        pipeline.Dispose();
        Active.FlushLog();
    }

    /// <summary>Writes that are done all or none.</summary>
    private protected void SubmitAtomic(IReadOnlyList<ConsulKvWrite> writes) => pipeline!.AddAtomic(writes);

    private protected void Submit(ConsulKvWrite write)
    {
        pipeline!.Add(write);
        while (pipeline.HasReady && pipeline.TryTake(out var ready)) Emit(ready);
        while (pipeline.Room is { } room) EmitAfter(room);
    }

    /// <summary>A pipeline that was stopped takes no more objects. What was on its way is told to the person at the screen.</summary>
    private void SayWhatIsKnown()
    {
        var left = pipeline!.Abandon(LastLook);
        if (left.IsEmpty) return;
        var before = givenOut == 0 ? "" : $" {givenOut:N0} results were given out.";
        Host?.UI?.WriteWarningLine($"{MyInvocation.MyCommand.Name} was stopped.{before} {left}{(MyInvocation.ExpectingInput ? " What comes after in the input was not sent." : "")}");
    }

    private void EmitAfter(Task done)
    {
        try
        {
            Block(done);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
        while (pipeline!.TryTake(out var ready)) Emit(ready);
    }

    /// <summary>The object first, so that it is there even where -ErrorAction Stop ends everything at the error.</summary>
    private protected void Emit(ConsulKvWriteResult result)
    {
        givenOut++;
        Advance(1);
        if (IsVerbose)
        {
            outcomes[result.Outcome] = outcomes.TryGetValue(result.Outcome, out var before) ? before + 1 : 1;
            Tell(result);
        }
        // Always on the pipeline thread: the way that work on another thread has to take is saved.
        ((Cmdlet)this).WriteObject(result);
        foreach (var note in result.Notes)
            if (note.Severity == FindingSeverity.Warning) WriteWarning(FindingErrors.Warning(note));
        if (FindingErrors.Of(result, result.Key) is not { } error) return;
        if (error.Exception is ConsulException failed) failed.Operation = new FailedOperation(Active, result.Key, OperationOf(result.Kind), result.ValueSize);
        WriteError(error);
    }

    private static AclOperation OperationOf(ConsulKvWriteKind kind) => kind switch
    {
        ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet => AclOperation.Delete,
        ConsulKvWriteKind.DeleteTree => AclOperation.DeleteRecurse,
        ConsulKvWriteKind.Acquire or ConsulKvWriteKind.Release => AclOperation.Lock,
        _ => AclOperation.Write,
    };

    /// <summary>Whether a write of one key is to be done: with -WhatIf or -Confirm a person is shown what it would change.</summary>
    /// <param name="write">The write.</param>
    /// <param name="hidesSecrets">True for values that came with their secrets hidden: they stay so.</param>
    private protected bool IsWanted(ConsulKvWrite write, bool hidesSecrets)
    {
        // A key that is refused anyway is refused now: nobody is to confirm what cannot be done.
        if (!isShown || KvKey.Check(write.Key, isPrefix: false) is not null) return true;
        if (isWhatIf && ++compared > MostCompared)
        {
            notCompared = (notCompared.First ?? write.Key, write.Key);
            return false;
        }
        var (entry, problem) = ReadForDisplay(write.Key);
        return KvWriter.IsRemoval(write)
            ? Confirms(KvChangeText.Removal(Active, write, entry, problem, hidesSecrets), "?", "Remove Consul key", write.Key)
            : Confirms(KvChangeText.Of(Active, write, entry, problem, hidesSecrets), "\nWrite it?", "Set Consul key", write.Key);
    }

    /// <summary>True when it is only shown what would be done.</summary>
    private protected bool IsWhatIf => isWhatIf;

    /// <summary>What the key holds now, for people. Null entry: it is not there.</summary>
    private (ConsulKvEntry? Entry, string? Problem) ReadForDisplay(string key)
    {
        try
        {
            var read = Ask(cancellation => new KvReader(Observed).GetAsync(key, ConsulConsistency.Default, cancellation));
            return (read.Entry, read.State == KvReadState.Forbidden ? read.Finding!.Code : null);
        }
        catch (ConsulException failed)
        {
            return (null, failed.Finding.Code);
        }
    }

    private void SayWhatWasNotCompared()
    {
        if (compared <= MostCompared) return;
        var count = compared - MostCompared;
        ShouldProcess(string.Format(CultureInfo.InvariantCulture, "{0} {1}, {2} … {3} (only the first {4} are compared with what is there)",
            MyInvocation.MyCommand.Name.Split('-')[0], Amount.Of(count, "more key"), Printable.Text(notCompared.First, 120), Printable.Text(notCompared.Last, 120), MostCompared), "", "");
    }

    private void Tell(ConsulKvWriteResult result)
    {
        var usual = result.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged && result.Attempts.Count <= 1;
        if (givenOut > MostTold && (usual || givenOut > 10 * MostTold)) return;
        TellTrace();
        ((Cmdlet)this).WriteVerbose($"{Printable.Text(result.Key, 200)}: {result.Outcome}{(result.Code is null ? "" : $" ({result.Code})")}{(result.ModifyIndex is { } index ? $", index {index}" : "")}, "
            + $"{Amount.Of(result.Attempts.Count, "request")} in {DiagnosisText.Time(result.Duration)}; operation {result.OperationId}.");
        if (usual) return;
        // What was tried again was told when that happened.
        foreach (var attempt in result.Attempts.Where(attempt => attempt.Sequel != AttemptSequel.TriedAgain))
            ((Cmdlet)this).WriteVerbose($"  #{attempt.Number} {Printable.Text(attempt.Action, 60)}: {attempt.Code ?? attempt.Effect.ToString()} in {DiagnosisText.Time(attempt.Duration)}{(attempt.Reason is null ? "" : "; " + Printable.Text(attempt.Reason, 200))}");
    }

    private void SumUp()
    {
        if (!IsVerbose || givenOut <= MostTold) return;
        var time = Active.Time.GetElapsedTime(began);
        ((Cmdlet)this).WriteVerbose(string.Format(CultureInfo.InvariantCulture, "{0:N0} results in {1}, {2:N0} a second: {3}.",
            givenOut, DiagnosisText.Time(time), givenOut / Math.Max(time.TotalSeconds, 0.001), string.Join(", ", outcomes.Select(outcome => $"{outcome.Value:N0} {outcome.Key}"))));
    }

    private void Emit(ArraySegment<ConsulKvWriteResult> results)
    {
        for (var position = 0; position < results.Count; position++) Emit(results.Array![results.Offset + position]);
    }
}
