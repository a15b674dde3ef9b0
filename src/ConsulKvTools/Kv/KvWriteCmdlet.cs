using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet that changes keys: each input gives one result, in the order of the inputs, and a failed one does not stop the others.</summary>
public abstract class KvWriteCmdlet : ConsulCmdlet
{
    // With what a stopped batch may take, under the second within which Ctrl+C has to end.
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(800);

    private KvWritePipeline? pipeline;
    private long givenOut;

    /// <summary>Prefix for small marker keys, written in the same transaction and removed afterwards, which make every outcome decidable.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OperationPrefix { get; set; }

    /// <summary>Requests under way at once, 1 to 200; from a pipeline each carries up to 64 writes. Two writes to one key keep their order all the same.</summary>
    [Parameter]
    [WholeNumber("a number of requests: give a whole number from 1 to 200")]
    [ValidateRange(1, 200)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>True when a person may be asked or shown what would be done, so that it is worth finding out what is there now.</summary>
    protected bool IsShown => IsSet("WhatIf", "WhatIfPreference") || IsConfirmed;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        pipeline = new KvWritePipeline(Active, ThrottleLimit, StopToken);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        pipeline!.Flush();
        while (pipeline.Oldest is { } oldest) EmitAfter(oldest);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing || pipeline is null) return;
        SayWhatIsKnown();
        pipeline.Dispose();
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
        Host?.UI?.WriteWarningLine($"{MyInvocation.MyCommand.Name} was stopped.{before} {left} What comes after in the input was not sent.");
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
        // Always on the pipeline thread: the way that work on another thread has to take is saved.
        ((Cmdlet)this).WriteObject(result);
        foreach (var note in result.Notes)
            if (note.Severity == FindingSeverity.Warning) WriteWarning($"{note.Code}: {note.Title}. {note.Remedy}");
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

    /// <summary>What the key holds now, for people. Null entry: it is not there.</summary>
    private protected (ConsulKvEntry? Entry, string? Problem) ReadForDisplay(string key)
    {
        ConsulKvEntry? entry = null;
        string? problem = null;
        try
        {
            Await(async cancellation =>
            {
                var read = await new KvReader(Active).GetAsync(key, ConsulConsistency.Default, cancellation).ConfigureAwait(false);
                entry = read.Entry;
                if (read.State == KvReadState.Forbidden) problem = read.Finding!.Code;
            });
        }
        catch (ConsulException failed)
        {
            problem = failed.Finding.Code;
        }
        return (entry, problem);
    }

    private protected bool IsConfirmed =>
        MyInvocation.BoundParameters.TryGetValue("Confirm", out var given)
            ? LanguagePrimitives.IsTrue(given)
            : (ConfirmImpact)LanguagePrimitives.ConvertTo(GetVariableValue("ConfirmPreference", ConfirmImpact.High), typeof(ConfirmImpact)) is > ConfirmImpact.None and <= ConfirmImpact.Medium;

    private protected bool IsVerbose =>
        MyInvocation.BoundParameters.TryGetValue("Verbose", out var given)
            ? LanguagePrimitives.IsTrue(given)
            : (ActionPreference)LanguagePrimitives.ConvertTo(GetVariableValue("VerbosePreference", ActionPreference.SilentlyContinue), typeof(ActionPreference)) is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    private bool IsSet(string parameter, string preference) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out var given) ? LanguagePrimitives.IsTrue(given) : LanguagePrimitives.IsTrue(GetVariableValue(preference, false));

    private void Emit(ArraySegment<ConsulKvWriteResult> results)
    {
        for (var position = 0; position < results.Count; position++) Emit(results.Array![results.Offset + position]);
    }
}
