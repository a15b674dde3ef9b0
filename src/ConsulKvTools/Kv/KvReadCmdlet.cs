using System.Management.Automation;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Reading;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet that reads keys: found, missing, forbidden and filtered are four different answers.</summary>
public abstract class KvReadCmdlet : ConsulCmdlet
{
    private KvAwaited? awaited;

    /// <summary>
    /// Waits until the key's ModifyIndex is this or more: until a write that gave this index is seen. A whole number from 0 to 18446744073709551615.
    /// Without it and <c>-WaitValue</c> the command does not wait.
    /// </summary>
    [Parameter]
    [PSDefaultValue(Help = "None")]
    [Index("an index to wait for: give a ModifyIndex, as Get-ConsulKv shows it")]
    [ArgumentCompleter(typeof(IndexCompleter))]
    public ulong WaitIndex { get; set; }

    /// <summary>Waits until the key has exactly this value: text (UTF-8), bytes, or a number, date or other scalar, as <c>Set-ConsulKv</c> takes it.</summary>
    [Parameter]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? WaitValue { get; set; }

    /// <summary>
    /// The longest wait, for each key: above 0 and at most one day, such as <c>500ms</c>, <c>30s</c> or a TimeSpan. When it is over, an error says what was
    /// last seen. Needs <c>-WaitIndex</c> or <c>-WaitValue</c>.
    /// </summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>True when the command waits until it reads what it is told to.</summary>
    private protected bool IsWaiting => awaited is not null;

    private protected KvReader Reader => new(Observed);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var given = MyInvocation.BoundParameters;
        byte[]? value = null;
        if (given.ContainsKey(nameof(WaitValue)))
        {
            if (!KvValue.TryConvert(WaitValue, out var bytes, out var problem)) ThrowTerminatingError(FindingErrors.Invalid(this, "-WaitValue", problem!, WaitValue));
            value = bytes;
        }
        if (value is not null || given.ContainsKey(nameof(WaitIndex))) awaited = new KvAwaited(given.ContainsKey(nameof(WaitIndex)) ? WaitIndex : null, value);
        else if (given.ContainsKey(nameof(WaitTimeout)))
            ThrowTerminatingError(FindingErrors.Invalid(this, "-WaitTimeout", "-WaitTimeout limits a wait, so it needs -WaitIndex or -WaitValue", WaitTimeout));
        if (IsWaiting) RequirePositive(WaitTimeout, "-WaitTimeout");
        StartProgress("Reading Consul KV");
    }

    /// <summary>Ends the command when it waits for a key and this is none.</summary>
    private protected void RequireNoWait(string parameter)
    {
        if (IsWaiting) ThrowTerminatingError(FindingErrors.Invalid(this, parameter, $"-WaitIndex and -WaitValue wait for one key, so they do not go with {parameter}", null));
    }

    /// <summary>The entry; null when there is none, and then the error that says why is written.</summary>
    private protected ConsulKvEntry? Read(string key, ConsulConsistency consistency) => EntryOf(key, Begin(cancellation => ReadAsync(key, consistency, cancellation)));

    /// <summary>Begins to read a key.</summary>
    private protected Task<KvReadResult> ReadAsync(string key, ConsulConsistency consistency, CancellationToken cancellation) => awaited is null
        ? Reader.GetAsync(key, consistency, cancellation) : KvWaiting.UntilAsync(Observed, key, awaited, consistency, WaitTimeout, cancellation);

    /// <summary>The entry of a read that was begun; null when there is none, and then the error that says why is written.</summary>
    private protected ConsulKvEntry? EntryOf(string key, Task<KvReadResult> answer)
    {
        try
        {
            var read = Answer(answer);
            TellTrace();
            Advance(1);
            if (read.Finding is { } finding) WriteError(FindingErrors.Create(finding, key));
            return read.Entry;
        }
        catch (ConsulException failed)
        {
            TellTrace();
            WriteError(FindingErrors.Create(failed.Finding, key, failed));
            return null;
        }
    }
}
