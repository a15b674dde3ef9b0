using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Lab;

/// <summary>A real Consul agent on loopback, with its own ports and data, that can be frozen, killed and restarted.</summary>
/// <remarks>Every asynchronous method has a synchronous twin for Pester and the console. Disposing ends the agent and removes its files.</remarks>
public sealed partial class ConsulAgent : IDisposable, IAsyncDisposable
{
    private readonly ConsulAgentOptions _options;
    private readonly LabDirectory _directory;
    private readonly PortBlock _block;
    private readonly ConsulBinary _binary;
    private readonly AgentClient _client;
    private LabProcess? _process;
    private bool _disposed;

    private ConsulAgent(ConsulAgentOptions options)
    {
        _options = options;
        _binary = options.Executable is { } executable ? new(executable, "ConsulAgentOptions.Executable") : ConsulBinary.Locate();
        _block = PortBlock.Reserve(IPAddress.Parse(options.BindAddress));
        _directory = LabDirectory.Create("agent");
        NodeName = options.NodeName ?? $"node-{_block.First}";
        Ports = new()
        {
            Http = options.DisableHttp && !options.UnixSocket ? -1 : _block[0],
            Https = options.Tls is null ? -1 : _block[1],
            Dns = _block[2],
            Grpc = _block[3],
            GrpcTls = options.Tls is null ? -1 : _block[4],
            SerfLan = _block[5],
            SerfWan = options.Server ? _block[6] : -1,
            Server = _block[7],
            Unused = _block[9],
        };
        UnixSocketPath = options.UnixSocket ? _directory.PathOf("http.sock") : null;
        DataDirectory = _directory.PathOf("data");
        ConfigFile = _directory.PathOf("agent.json");
        LogFile = _directory.PathOf("agent.log");
        _client = new(this, options.Tls?.ControlCertificate);
    }

    /// <summary>The node's name.</summary>
    public string NodeName { get; }

    /// <summary>The datacenter.</summary>
    public string Datacenter => _options.Datacenter;

    /// <summary>True for a server, false for a client agent.</summary>
    public bool IsServer => _options.Server;

    /// <summary>The loopback address the agent listens on.</summary>
    public string BindAddress => _options.BindAddress;

    /// <summary>The agent's ports.</summary>
    public AgentPorts Ports { get; }

    /// <summary>Consul's version.</summary>
    public Version Version => _binary.Version;

    /// <summary>Where a client finds the agent: plain HTTP where it is on, else HTTPS, else the unix socket.</summary>
    public Uri Address => HttpAddress ?? HttpsAddress ?? UnixAddress ?? throw new InvalidOperationException("The agent serves no HTTP at all.");

    /// <summary><see cref="Address"/> as CONSUL_HTTP_ADDR wants it, without a slash at the end.</summary>
    public string AddressText => Address.OriginalString;

    /// <summary>The plain HTTP address; null when switched off.</summary>
    public Uri? HttpAddress => Ports.Http > 0 && !_options.DisableHttp ? new($"http://{BindAddress}:{Ports.Http}") : null;

    /// <summary>The HTTPS address; null without TLS.</summary>
    public Uri? HttpsAddress => Ports.Https > 0 ? new($"https://{BindAddress}:{Ports.Https}") : null;

    /// <summary>The address <c>unix:///…</c>; null without a socket.</summary>
    public Uri? UnixAddress => UnixSocketPath is null ? null : new($"unix://{UnixSocketPath}");

    /// <summary>The unix socket's path; null without a socket.</summary>
    public string? UnixSocketPath { get; }

    /// <summary>Where other agents of the datacenter join: host:port of the LAN gossip.</summary>
    public string GossipAddress => $"{BindAddress}:{Ports.SerfLan}";

    /// <summary>Where servers of other datacenters join: host:port of the WAN gossip.</summary>
    public string WanGossipAddress => $"{BindAddress}:{Ports.SerfWan}";

    /// <summary>host:port of the server RPC, as <c>/v1/status/leader</c> names it.</summary>
    public string RpcAddress => $"{BindAddress}:{Ports.Server}";

    /// <summary>The secret of the token that may do everything; null without ACLs.</summary>
    public string? ManagementToken => _options.Acl?.ManagementToken;

    /// <summary>The agent's data; removed when disposed.</summary>
    public string DataDirectory { get; }

    /// <summary>The configuration file the agent was started with; edit it before <see cref="Reload"/> or a restart.</summary>
    public string ConfigFile { get; }

    /// <summary>The file with everything the agent printed, over all its restarts.</summary>
    public string LogFile { get; }

    /// <summary>Everything the agent has printed so far.</summary>
    public string Log
    {
        get
        {
            using var stream = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }

    /// <summary>The process id; null while the agent does not run.</summary>
    public int? ProcessId => IsRunning ? _process!.Id : null;

    /// <summary>True while the process exists, frozen or not.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>True between <see cref="Freeze"/> and <see cref="Thaw"/>.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Starts an agent and returns when it is ready: a leader is known and a consistent read is answered.</summary>
    /// <param name="options">What kind of agent; null is one healthy server without ACLs and TLS.</param>
    /// <param name="cancellationToken">Stops waiting and ends the agent.</param>
    /// <exception cref="ConsulNotFoundException">There is no consul executable and none could be fetched.</exception>
    /// <exception cref="InvalidOperationException">The agent ended or was not ready in time; its log is in the message.</exception>
    public static Task<ConsulAgent> StartAsync(ConsulAgentOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(options, waitUntilReady: true, cancellationToken);

    internal static async Task<ConsulAgent> StartAsync(ConsulAgentOptions? options, bool waitUntilReady, CancellationToken cancellationToken)
    {
        var agent = new ConsulAgent(options ?? new());
        try
        {
            agent.WriteConfiguration();
            agent.Launch();
            if (waitUntilReady) await agent.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
            return agent;
        }
        catch
        {
            agent.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync(ConsulAgentOptions?, CancellationToken)"/>.</summary>
    public static ConsulAgent Start(ConsulAgentOptions? options = null) => Blocking.Wait(() => StartAsync(options));

    /// <summary>Waits until the agent knows a leader.</summary>
    /// <param name="timeout">How long; null is <see cref="ConsulAgentOptions.StartTimeout"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The leader's RPC address, host:port.</returns>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public async Task<string> WaitForLeaderAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var leader = "";
        await Until(async ct => (leader = await LeaderAsync(ct).ConfigureAwait(false) ?? "").Length > 0, "a leader", timeout, cancellationToken)
            .ConfigureAwait(false);
        return leader;
    }

    /// <summary>As <see cref="WaitForLeaderAsync"/>.</summary>
    public string WaitForLeader(TimeSpan? timeout = null) => Blocking.Wait(() => WaitForLeaderAsync(timeout));

    /// <summary>The leader's RPC address as this agent sees it; empty without a leader, null when the agent does not answer.</summary>
    public async Task<string?> LeaderAsync(CancellationToken cancellationToken = default)
    {
        if (!IsRunning || IsFrozen) return null;
        try
        {
            var response = await _client.SendAsync(HttpMethod.Get, "/v1/status/leader", null, null, cancellationToken).ConfigureAwait(false);
            return response.IsSuccess ? response.Body.Trim().Trim('"') : "";
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException
            || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Asks the agent to end (SIGTERM; on Windows it is killed) and kills it after ten seconds. A server does not leave the cluster.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_process is not { HasExited: false } process) return;
        Thaw();
        if (!OperatingSystem.IsWindows())
        {
            Signal.Terminate(process.Id);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            try
            {
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
            }
        }
        process.Dispose();
        _process = null;
    }

    /// <summary>As <see cref="StopAsync"/>.</summary>
    public void Stop() => Blocking.Wait(() => StopAsync());

    /// <summary>Ends the agent at once (SIGKILL), as a crash or a power cut would.</summary>
    public void Kill()
    {
        _process?.Dispose();
        _process = null;
        IsFrozen = false;
    }

    /// <summary>Stops the process in its tracks (SIGSTOP): connections stay open, nothing is answered. Not on Windows.</summary>
    public void Freeze()
    {
        Signal.Stop(Running().Id);
        IsFrozen = true;
    }

    /// <summary>Lets a frozen agent go on (SIGCONT).</summary>
    public void Thaw()
    {
        if (!IsFrozen) return;
        if (IsRunning) Signal.Continue(_process!.Id);
        IsFrozen = false;
    }

    /// <summary>Makes the agent read its configuration file again (SIGHUP). Not on Windows.</summary>
    public void Reload() => Signal.Hangup(Running().Id);

    /// <summary>Starts the agent again with the same data and ports, stopping it first if it runs, and waits until it is ready.</summary>
    /// <param name="waitUntilReady">False returns as soon as the process exists.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task RestartAsync(bool waitUntilReady = true, CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken).ConfigureAwait(false);
        Launch();
        if (waitUntilReady) await WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="RestartAsync"/>.</summary>
    public void Restart(bool waitUntilReady = true) => Blocking.Wait(() => RestartAsync(waitUntilReady));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Kill();
        _client.Dispose();
        _directory.Dispose();
        _block.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Task.Run(Dispose).ConfigureAwait(false);

    /// <summary>Node, datacenter and address.</summary>
    public override string ToString() => $"{NodeName} ({Datacenter}) {(HttpAddress ?? HttpsAddress ?? UnixAddress)}";

    internal void Launch()
    {
        if (UnixSocketPath is not null) File.Delete(UnixSocketPath);
        string[] mode = _options.InMemory ? ["-dev"] : [];
        _process?.Dispose();
        _process = LabProcess.Start(
            _directory, [.. _options.CommandPrefix, _binary.Path, "agent", .. mode, "-config-file", ConfigFile], LogFile, _options.Environment);
        IsFrozen = false;
    }

    /// <summary>Waits for HTTP and, where the options ask for it, for a leader that answers a consistent read.</summary>
    internal Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        return Until(IsReady, _options.WaitForLeader ? "readiness" : "HTTP", null, cancellationToken);

        async Task<bool> IsReady(CancellationToken ct)
        {
            var leader = await LeaderAsync(ct).ConfigureAwait(false);
            if (!_options.WaitForLeader) return leader is not null;
            if (string.IsNullOrEmpty(leader)) return false;
            // A client agent remembers for half a minute that it did not find a token, so it is only asked once a leader is there.
            var read = await _client.SendAsync(HttpMethod.Get, "/v1/kv/lab-ready?consistent", null, ManagementToken, ct).ConfigureAwait(false);
            var answers = read.Status is HttpStatusCode.NotFound or HttpStatusCode.OK
                || read.Status == HttpStatusCode.Forbidden && !read.Body.Contains("ACL not found", StringComparison.Ordinal);
            if (!answers || ManagementToken is null) return answers;
            // A server takes policies and tokens only after it has seen by gossip that all others speak the new ACL system.
            var self = await _client.SendAsync(HttpMethod.Get, "/v1/acl/token/self", null, ManagementToken, ct).ConfigureAwait(false);
            return !self.Body.Contains("legacy mode", StringComparison.Ordinal);
        }
    }

    internal async Task Until(
        Func<CancellationToken, Task<bool>> condition, string what, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout ?? _options.StartTimeout);
        while (true)
        {
            try
            {
                if (!IsRunning) throw new InvalidOperationException($"{this} is not running. Its last words:\n{LastWords()}");
                if (await condition(deadline.Token).ConfigureAwait(false)) return;
                await Task.Delay(20, deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"{this}: no {what} in time. Its last words:\n{LastWords()}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException
                || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(20, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void WriteConfiguration()
    {
        Directory.CreateDirectory(DataDirectory);
        File.WriteAllText(LogFile, "");
        File.WriteAllText(ConfigFile, AgentConfiguration
            .Build(_options, Version, Ports, NodeName, DataDirectory, UnixSocketPath).ToJsonString(new() { WriteIndented = true }));
    }

    private LabProcess Running() => IsRunning ? _process! : throw new InvalidOperationException($"{this} is not running.");

    private string LastWords() => string.Join('\n', Log.Split('\n').TakeLast(15));
}
