using ConsulKvTools.Diagnosis.Reports.Secrets;
using ConsulKvTools.Drills;
using ConsulKvTools.Http;
using ConsulKvTools.Resilience;
using ConsulKvTools.Sessions;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools;

/// <summary>Configuration, retry policy and one pooled HTTP client. Immutable once made; may be used from many threads.</summary>
/// <remarks>Not a Consul lock session: that is always called <em>lock session</em>.</remarks>
public sealed class ConsulKvSession : IDisposable
{
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(2);

    private readonly SessionConfiguration configuration;
    private readonly Lazy<ConsulHttpClient> http;
    private readonly Lazy<RetryExecutor> executor;
    private readonly Lazy<SecretPrints> prints;
    private readonly ConsulKvSession original;
    private readonly ConsulKvSession? drilled;
    private readonly string? otherDatacenter;
    private ConsulFinding? lastOutage;
    private Acl.AclToken? tokenSeen;
    private int disposed;

    private ConsulKvSession(SessionConfiguration configuration, ConsulSessionOptions options, TimeProvider time)
    {
        this.configuration = configuration;
        original = this;
        Id = Guid.NewGuid();
        Name = options.Name ?? configuration.Target.Endpoint.ToString();
        RetryPolicy = options.RetryPolicy ?? ConsulRetryPolicy.Default;
        MaxConnections = options.MaxConnections;
        Time = time;
        AllowsFaultDrill = options.AllowFaultDrill;
        http = new Lazy<ConsulHttpClient>(() => new ConsulHttpClient(configuration, options.MaxConnections, options.Handler));
        executor = new Lazy<RetryExecutor>(() => RetryExecutors.Create(RetryPolicy, time));
        prints = new Lazy<SecretPrints>(() => new SecretPrints(configuration.Secrets));
        Mask = new AnswerMask(() => configuration.Secrets);
        Telemetry = new SessionTelemetry(Name, time, configuration.Log);
    }

    private ConsulKvSession(ConsulKvSession same, string? command, ICallObserver? observer, string? datacenter = null)
    {
        original = same.original;
        (Telemetry, Command, otherDatacenter) = (same.Telemetry, command ?? same.Command, datacenter ?? same.otherDatacenter);
        (configuration, executor, prints, Mask) = (same.configuration, same.executor, same.prints, same.Mask);
        (Id, Name, RetryPolicy, MaxConnections, Time, Observer) = (same.Id, same.Name, same.RetryPolicy, same.MaxConnections, same.Time, observer ?? same.Observer);
        (AllowsFaultDrill, Drill, drilled) = (same.AllowsFaultDrill, same.Drill, same.drilled);
        http = observer is not null ? new Lazy<ConsulHttpClient>(() => same.http.Value.ObservedBy(observer))
            : datacenter is not null ? new Lazy<ConsulHttpClient>(() => same.http.Value.InDatacenter(configuration, datacenter)) : same.http;
    }

    private ConsulKvSession(ConsulKvSession drilled, DrillRecorder recorder, RequestFaults? faults)
    {
        // A circuit that opens, an outage that is remembered: all that is the drilled session's own.
        original = this;
        (this.drilled, configuration, prints, Mask) = (drilled, drilled.configuration, drilled.prints, drilled.Mask);
        (Id, Name, RetryPolicy, MaxConnections, Time, Drill) = (Guid.NewGuid(), drilled.Name + " (drill)", drilled.RetryPolicy, drilled.MaxConnections, drilled.Time, recorder);
        executor = new Lazy<RetryExecutor>(() => RetryExecutors.Create(RetryPolicy, Time));
        // It tells of itself under its own name; the write log is for what was meant to last.
        Telemetry = new SessionTelemetry(Name, Time, null);
        http = new Lazy<ConsulHttpClient>(() => faults is null ? drilled.Http : drilled.Http.DrilledBy(faults));
    }

    /// <summary>Identifies the session within this process.</summary>
    public Guid Id { get; }

    /// <summary>The name it was given, else its address.</summary>
    public string Name { get; }

    /// <summary>The agent's address: <c>http://host:port</c>, <c>https://host:port</c> or <c>unix://path</c>.</summary>
    public string Address => configuration.Target.Endpoint.ToString();

    /// <summary>The datacenter of every request; null means the agent's own.</summary>
    public string? Datacenter => otherDatacenter ?? configuration.Datacenter;

    /// <summary>Enterprise namespace; null means the token's own.</summary>
    public string? Namespace => configuration.Namespace;

    /// <summary>Enterprise admin partition; null means the agent's own.</summary>
    public string? Partition => configuration.Partition;

    /// <summary>True when requests carry a token.</summary>
    public bool HasToken => configuration.Token is not null;

    /// <summary>Tells tokens apart without showing them: the last four digits of the token's SHA-256; null without a token.</summary>
    public string? TokenFingerprint => configuration.Token?.Fingerprint;

    /// <summary>Attempts, back-off and time-outs.</summary>
    public ConsulRetryPolicy RetryPolicy { get; }

    /// <summary>Connections to the agent at most, 1 to 200; requests beyond that wait for one.</summary>
    public int MaxConnections { get; }

    /// <summary>True when the session was made for fault drills: <c>Invoke-ConsulFaultDrill</c> breaks requests of no other.</summary>
    public bool AllowsFaultDrill { get; }

    /// <summary>The file that gets a line of JSON for each write, its full path; null when there is none.</summary>
    public string? LogPath => configuration.Log?.Path;

    /// <summary>Lines of the write log that could not be written: 0 while every write has its line.</summary>
    public long LostLogLines => Telemetry.LostLines;

    /// <summary>Every setting with the source that won; secrets masked.</summary>
    public IReadOnlyList<ConsulSetting> Configuration => configuration.Settings;

    /// <summary>What is odd about the configuration.</summary>
    public IReadOnlyList<ConsulFinding> ConfigurationFindings => configuration.Findings;

    /// <summary>True once <see cref="Dispose"/> was called; the session can then not be used any more.</summary>
    public bool IsDisposed => original.disposed != 0 || drilled is { IsDisposed: true };

    internal bool CanConnect => configuration.CanConnect;

    /// <summary>True when both are about the same keys as far as their settings say: address, datacenter, namespace and partition.</summary>
    internal bool IsSamePlace(ConsulKvSession other) => (Address, Datacenter, Namespace, Partition) == (other.Address, other.Datacenter, other.Namespace, other.Partition);

    internal DialTarget Target => configuration.Target;

    /// <summary>The file the token comes from; null when it comes from elsewhere.</summary>
    internal string? TokenFile => configuration.TokenFile;

    internal ConsulSecret? Token => configuration.Token;

    /// <summary>What tells whether a text holds one of the session's secrets.</summary>
    internal SecretPrints SecretPrints => prints.Value;

    internal TimeProvider Time { get; }

    /// <summary>Takes the session's secrets out of texts.</summary>
    internal AnswerMask Mask { get; }

    /// <summary>Hears of what this session's requests meet; null when nobody listens.</summary>
    internal ICallObserver? Observer { get; }

    /// <summary>Takes down what the session does; null when it is not drilled.</summary>
    internal DrillRecorder? Drill { get; }

    /// <summary>A session of the same settings and connections that meets faults, or whose operations are taken down. The caller's own is not touched by either.</summary>
    /// <param name="recorder">Takes down what it does.</param>
    /// <param name="faults">What comes over its requests; null for nothing.</param>
    internal ConsulKvSession DrilledBy(DrillRecorder recorder, RequestFaults? faults) => new(this, recorder, faults);

    /// <summary>The same session to all intents and purposes, whose requests somebody hears of. Not to be disposed.</summary>
    internal ConsulKvSession ObservedBy(ICallObserver observer) => new(this, Command, observer);

    /// <summary>The same session, whose requests are about another datacenter. Not to be disposed.</summary>
    internal ConsulKvSession InDatacenter(string datacenter) => new(this, Command, null, datacenter);

    /// <summary>The same session, used by a command: its name stands in the write log. Not to be disposed.</summary>
    internal ConsulKvSession UsedBy(string command, ICallObserver? observer) => new(this, command, observer);

    /// <summary>The session itself, without whoever listens to one command of its: for what goes on after the command.</summary>
    internal ConsulKvSession Unobserved => original;

    /// <summary>The command that uses it; null when that is not known.</summary>
    internal string? Command { get; }

    /// <summary>Metrics, spans and write log.</summary>
    internal SessionTelemetry Telemetry { get; }

    /// <summary>Waits until the lines of all writes that ended are in the write log, for a moment at most.</summary>
    internal void FlushLog() => Telemetry.Log?.Flush(LogPatience);

    internal ConsulHttpClient Http => IsDisposed ? throw new ObjectDisposedException(Name, "This session was removed. Make a new one with New-ConsulKvSession.") : http.Value;

    /// <summary>Why the agent was last not reached at all; null when it always was. Says what an open circuit hides.</summary>
    /// <remarks>With the circuit itself and <see cref="TokenSeen"/> all about a session that changes.</remarks>
    internal ConsulFinding? LastOutage => original.lastOutage;

    /// <summary>Remembers why the agent was not reached.</summary>
    internal void Remember(Diagnosis.Failure failure)
    {
        if (failure.IsOutage) original.lastOutage = failure.Finding;
    }

    /// <summary>What Consul last said the session's token is, without its secret; null when it was never asked or never knew it. Only history tells an expired token from one that never was.</summary>
    internal Acl.AclToken? TokenSeen => original.tokenSeen;

    /// <summary>Remembers a token that Consul knew.</summary>
    internal void Remember(Acl.AclToken token) => original.tokenSeen = token;

    internal RetryExecutor Executor => executor.Value;

    /// <summary>
    /// The greatest index any answer about keys carried; grows only, 0 while nothing was asked. Bounds from below what was committed when a
    /// write began.
    /// </summary>
    internal ulong HighestKeyIndex => original.http.IsValueCreated ? original.http.Value.HighestKeyIndex : 0;

    /// <summary>Makes a session. Nothing is sent yet.</summary>
    /// <exception cref="ConsulException">
    /// A setting cannot be used; the finding names it and what would be right. Of the finding's own kind: <see cref="ConsulConfigurationException"/>,
    /// <see cref="ConsulTlsException"/> for certificate files.
    /// </exception>
    /// <exception cref="ConsulRequestException">An option is outside its range.</exception>
    public static ConsulKvSession Create(ConsulSessionOptions options, ConsulEnvironment environment, TimeProvider? time = null)
    {
        var session = CreateForDiagnosis(options, environment, time);
        foreach (var finding in session.ConfigurationFindings)
            if (finding.Severity == FindingSeverity.Error) throw ConsulException.From(finding);
        return session;
    }

    /// <summary>Makes a session even of settings that cannot be used, so that a diagnosis can say which and why.</summary>
    /// <exception cref="ConsulRequestException">An option is outside its range: a mistake of the caller, not of the environment.</exception>
    public static ConsulKvSession CreateForDiagnosis(ConsulSessionOptions options, ConsulEnvironment environment, TimeProvider? time = null)
    {
        if (options.RetryPolicy?.Problem() is { } problem) throw Invalid("RetryPolicy", problem);
        if (options.ConnectTimeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromDays(1)))
            throw Invalid("ConnectTimeout", $"ConnectTimeout is {timeout}; it must be above zero and at most one day.");
        if (options.MaxConnections is < 1 or > 200)
            throw Invalid("MaxConnections", $"MaxConnections is {options.MaxConnections}; it must be 1 to 200.");
        if (options.LogMaximumSize is < ConsulKvTools.Telemetry.Log.WriteLogSettings.LeastMaximumSize or > ConsulKvTools.Telemetry.Log.WriteLogSettings.GreatestMaximumSize)
            throw Invalid("LogMaximumSize", $"LogMaximumSize is {options.LogMaximumSize}; it must be 65536 (64 KiB) to 1099511627776 (1 TiB).");
        if (options.LogFiles is < 1 or > ConsulKvTools.Telemetry.Log.WriteLogSettings.MostFiles)
            throw Invalid("LogFiles", $"LogFiles is {options.LogFiles}; it must be 1 to 1000.");
        if (options.Token is not null && options.TokenFile is not null)
            throw Invalid("TokenFile", "Token and TokenFile are both given; give one of them.");
        return new ConsulKvSession(SessionConfiguration.Resolve(options, environment), options, time ?? TimeProvider.System);
    }

    /// <summary>Closes the session's connections.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0) return;
        FlushLog();
        if (http.IsValueCreated && drilled is null) http.Value.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => Name == Address ? Address : $"{Name} ({Address})";

    private static ConsulRequestException Invalid(string name, string problem) =>
        new(ConsulFinding.Create("Request.Invalid", ("source", name), ("problem", problem)));
}
