using System.Management.Automation;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet that changes keys: each input gives one result, in the order of the inputs, and a failed one does not stop the others.</summary>
public abstract class KvWriteCmdlet : ConsulCmdlet
{
    private KvWritePipeline? pipeline;

    /// <summary>Prefix for small marker keys, written in the same transaction and removed afterwards, which make every outcome decidable.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OperationPrefix { get; set; }

    /// <summary>Writes under way at once. Two writes to one key keep their order all the same.</summary>
    [Parameter]
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
    protected override void EndProcessing() => Await(async _ =>
    {
        while (await pipeline!.NextAsync().ConfigureAwait(false) is { } result) Emit(result);
    });

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) pipeline?.Dispose();
    }

    private protected void Submit(ConsulKvWrite write)
    {
        var submitted = pipeline!.SubmitAsync(write);
        // Most often nothing has to be waited for; then the detour through another thread is saved.
        if (submitted.IsCompleted) Emit(submitted.GetAwaiter().GetResult());
        else Await(async _ => Emit(await submitted.ConfigureAwait(false)));
    }

    /// <summary>The object first, so that it is there even where -ErrorAction Stop ends everything at the error.</summary>
    private protected void Emit(ConsulKvWriteResult result)
    {
        WriteObject(result);
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

    private bool IsSet(string parameter, string preference) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out var given) ? LanguagePrimitives.IsTrue(given) : LanguagePrimitives.IsTrue(GetVariableValue(preference, false));

    private void Emit(IReadOnlyList<ConsulKvWriteResult> results)
    {
        foreach (var result in results) Emit(result);
    }
}
