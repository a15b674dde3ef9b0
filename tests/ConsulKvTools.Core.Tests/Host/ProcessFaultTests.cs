using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ConsulKvTools.Diagnosis.Processes;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Host;

/// <summary>Real processes that cannot write, diagnosed from outside.</summary>
[Collection(AclAgentTests.Name)]
public sealed class ProcessFaultTests : IDisposable
{
    private readonly AclAgentFixture lab;
    private readonly List<IDisposable> owned = [];

    public ProcessFaultTests(AclAgentFixture lab)
    {
        Assert.SkipWhen(LabProgram.WhyNot is not null, LabProgram.WhyNot ?? "");
        this.lab = lab;
    }

    private string Authority => lab.Agent.HttpAddress!.Authority;

    private Dictionary<string, string> Good => new() { ["CONSUL_HTTP_ADDR"] = Authority, ["CONSUL_HTTP_TOKEN"] = lab.ManagementToken };

    public void Dispose()
    {
        foreach (var one in Enumerable.Reverse(owned)) one.Dispose();
    }

    [Fact]
    public async Task A_program_with_right_settings_is_healthy_and_its_facts_are_told()
    {
        var program = Own(new LabProgram("exec 3<>/dev/tcp/127.0.0.1/" + lab.Agent.Ports.Http, Good));
        var diagnosis = await AsProcess.DiagnoseAsync(program.Id);
        Diagnose.IsHealthy(diagnosis);
        Diagnose.Lists("Config.ShellDiffers", FaultOrigin.Real, "a process with other CONSUL_* variables than this one", diagnosis);
        Assert.Equal((program.Id, "bash", true, true), (diagnosis.Facts["Pid"], diagnosis.Facts["Command"], diagnosis.Facts["SharesNetwork"], diagnosis.Facts["SharesFiles"]));
        Assert.Equal("1 Established", diagnosis.Facts["SocketStates"]);
        Assert.InRange((int)diagnosis.Facts["OpenFiles"]!, 4, 50);
        Assert.InRange((DateTimeOffset)diagnosis.Facts["ProcessStartedAt"]!, DateTimeOffset.Now.AddMinutes(-5), DateTimeOffset.Now.AddMinutes(1));
        Assert.DoesNotContain(lab.ManagementToken[..8], Everything(diagnosis), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_address_is_wrong()
    {
        var program = Own(new LabProgram("", new Dictionary<string, string>(Good) { ["CONSUL_HTTP_ADDR"] = $"127.0.0.1:{lab.Agent.Ports.Unused}" }));
        Diagnose.Names("Tcp.Refused", FaultOrigin.Real, "a process whose CONSUL_HTTP_ADDR names a port nobody listens at", await AsProcess.DiagnoseAsync(program.Id));
    }

    [Fact]
    public async Task Its_token_is_wrong_and_never_shown()
    {
        var token = Guid.NewGuid().ToString();
        var program = Own(new LabProgram("", new Dictionary<string, string>(Good) { ["CONSUL_HTTP_TOKEN"] = token }));
        var diagnosis = await AsProcess.DiagnoseAsync(program.Id);
        Diagnose.Names("Acl.TokenNotFound", FaultOrigin.Real, "a process with an unknown token", diagnosis);
        Assert.DoesNotContain(token[..8], Everything(diagnosis), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_own_files_count_from_its_own_folder()
    {
        var program = Own(new LabProgram($"printf %s {lab.ManagementToken} > token", new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = Authority, ["CONSUL_HTTP_TOKEN_FILE"] = "token" }));
        Diagnose.IsHealthy(await AsProcess.DiagnoseAsync(program.Id));
    }

    [Fact]
    public async Task A_container_is_looked_into()
    {
        Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        // Its own mounts: a token and a hosts file that exist nowhere else. The link is absolute, so it means the container's root.
        var program = Own(new LabProgram(
            $"mkdir secret && mount -t tmpfs none secret && printf %s {lab.ManagementToken} > secret/data && ln -s $PWD/secret/data secret/token && printf '127.0.0.1 consul.test\\n' > secret/hosts && mount --bind secret/hosts /etc/hosts",
            new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = $"consul.test:{lab.Agent.Ports.Http}", ["CONSUL_HTTP_TOKEN_FILE"] = "secret/token" }, ["unshare", "--mount"]));
        var diagnosis = await AsProcess.DiagnoseAsync(program.Id);
        Diagnose.Lists("Host.OtherNames", FaultOrigin.Real, "a process in a mount namespace whose hosts file fixes the agent's name", diagnosis);
        Assert.Contains("127.0.0.1", diagnosis.Findings.Single(finding => finding.Code == "Host.OtherNames").Title, StringComparison.Ordinal);
        Assert.True((bool)diagnosis.Facts["HasToken"]!, Diagnose.Text(diagnosis));

        var files = ProcessReader.Read(program.Id).Files;
        Assert.Equal(lab.ManagementToken, File.ReadAllText(files.Map(program.Folder + "/secret/token")));
        Assert.False(File.Exists(program.Folder + "/secret/token"));
    }

    [Fact]
    public async Task It_is_stopped()
    {
        var program = Own(new LabProgram("", Good));
        program.Freeze();
        await Eventually.HoldsAsync(() => ProcessReader.Read(program.Id).State == 'T');
        Diagnose.Names("Host.ProcessStopped", FaultOrigin.Real, "a process stopped by SIGSTOP", await AsProcess.DiagnoseAsync(program.Id));
    }

    [Fact]
    public async Task It_has_ended()
    {
        // A parent that never asks what became of its child.
        // It ends only when its parent is no shell any more: a shell would ask.
        var program = Own(new LabProgram("""bash -c 'while [ "$(cat /proc/$PPID/comm)" = bash ]; do sleep 0.05; done' & echo child $! ready; exec sleep 600"""));
        var child = int.Parse(program.Output.Split(' ')[1], null);
        await Eventually.HoldsAsync(() => ProcessReader.Read(child).State == 'Z');
        Diagnose.Names("Host.ProcessEnded", FaultOrigin.Real, "a process that has ended and was not waited for", await AsProcess.DiagnoseAsync(child, AsProcess.Local));
    }

    [Fact]
    public async Task Its_open_files_are_used_up()
    {
        var program = Own(new LabProgram("for i in {1..60}; do exec {fd}</dev/null; done; ulimit -n 64", Good));
        Diagnose.Names("Host.OpenFilesExhausted", FaultOrigin.Real, "a process with ulimit -n 64 and as many files open", await AsProcess.DiagnoseAsync(program.Id));
    }

    [Fact]
    public async Task It_does_not_close_what_the_agent_has_closed()
    {
        await using var agent = await ConsulAgent.StartAsync();
        var program = Own(new LabProgram($"for i in {{1..12}}; do exec {{fd}}<>/dev/tcp/127.0.0.1/{agent.Ports.Http}; done", new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = agent.HttpAddress!.Authority }));
        Diagnose.IsHealthy(await AsProcess.DiagnoseAsync(program.Id));
        await agent.RestartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Diagnose.Names("Host.CloseWaitLeak", FaultOrigin.Real, "a process that keeps 12 connections after the agent was restarted", await AsProcess.DiagnoseAsync(program.Id));
    }

    [Fact]
    public async Task It_holds_nearly_all_connections_one_address_may_have()
    {
        await using var agent = await ConsulAgent.StartAsync(new ConsulAgentOptions { InMemory = true });
        var program = Own(new LabProgram($"for i in {{1..185}}; do exec {{fd}}<>/dev/tcp/127.0.0.1/{agent.Ports.Http}; done", new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = agent.HttpAddress!.Authority }));
        Diagnose.Names("Host.ConnectionsNearLimit", FaultOrigin.Real, "a process with 185 connections to one agent", await AsProcess.DiagnoseAsync(program.Id));
    }

    [Fact]
    public async Task It_does_not_read_the_answer()
    {
        var program = Own(new LabProgram($"exec 3<>/dev/tcp/127.0.0.1/{lab.Agent.Ports.Http}; printf 'GET /v1/status/leader HTTP/1.1\\r\\nHost: consul\\r\\n\\r\\n' >&3; sleep 0.5", Good));
        Diagnose.Names("Host.ReceiveQueueUnread", FaultOrigin.Real, "a process that asks and never reads the answer", await AsProcess.DiagnoseAsync(program.Id));
    }

    [Fact]
    public async Task What_it_sends_is_not_taken()
    {
        var listener = Own(new TcpListener(IPAddress.Loopback, 0));
        listener.Start();
        var accepted = listener.AcceptSocketAsync();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var program = Own(new LabProgram($"exec 3<>/dev/tcp/127.0.0.1/{port}; echo ready; head -c 100000000 /dev/zero >&3", new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = $"127.0.0.1:{port}" }));
        using var unread = await accepted;
        // The kernels of both ends take a while to fill their buffers.
        var (before, looks) = (0L, 0);
        await Eventually.HoldsAsync(() =>
        {
            var now = ProcessReader.ReadTcp("/proc", "self").Where(row => row.Remote.Port == port).Sum(row => row.SendQueue);
            looks = now > 0 && now == before ? looks + 1 : 0;
            before = now;
            return looks > 20;
        });
        Diagnose.Names("Host.SendQueueStuck", FaultOrigin.Real, "a process that sends to a server that does not read", await AsProcess.DiagnoseAsync(program.Id, AsProcess.Local));
    }

    [Fact]
    public async Task It_connects_and_nobody_answers()
    {
        var hole = Own(new FullBacklogListener());
        var program = Own(new LabProgram($"echo ready; exec 3<>/dev/tcp/127.0.0.1/{hole.Port}", new Dictionary<string, string> { ["CONSUL_HTTP_ADDR"] = $"127.0.0.1:{hole.Port}" }));
        await Eventually.HoldsAsync(() => ProcessReader.Read(program.Id).Sockets is { } own && ProcessReader.ReadTcp("/proc", "self").Any(row => row.State == TcpState.SynSent && own.Contains(row.Inode)));
        var diagnosis = await AsProcess.DiagnoseAsync(program.Id);
        Diagnose.Lists("Host.ConnectUnanswered", FaultOrigin.Real, "a process that connects to a port that drops every SYN", diagnosis);
        Diagnose.Names("Tcp.Timeout", diagnosis);
        Diagnose.Lists("Host.ConnectionsNotAccepted", FaultOrigin.Real, "a program on this machine that listens and does not accept", diagnosis);
        Assert.NotNull(diagnosis.Findings.Single(finding => finding.Code == "Host.ConnectUnanswered").BlockedBy);
    }

    [Fact]
    public async Task It_lives_in_another_network()
    {
        Assert.SkipWhen(NetworkNamespace.WhyNot is not null, NetworkNamespace.WhyNot ?? "");
        var network = Own(new NetworkNamespace());
        var program = Own(new LabProgram("", Good, network.CommandPrefix));
        var diagnosis = await AsProcess.DiagnoseAsync(program.Id);
        Diagnose.Names("Host.OtherNetworkNamespace", FaultOrigin.Real, "a process in a network namespace of its own", diagnosis);
        Assert.Contains($"nsenter -t {program.Id} -n", diagnosis.RootCause!.Command, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_volume_of_its_log_is_full()
    {
        Assert.SkipWhen(SmallDisk.WhyNot is not null, SmallDisk.WhyNot ?? "");
        var disk = Own(new SmallDisk("size=1m"));
        var program = Own(new LabProgram($"exec 3>>{disk.Path}/app.log", Good));
        Diagnose.IsHealthy(await AsProcess.DiagnoseAsync(program.Id));
        disk.Fill();
        var diagnosis = await AsProcess.DiagnoseAsync(program.Id);
        Diagnose.Names("Host.LogDiskFull", FaultOrigin.Real, "a process whose log lies on a full volume", diagnosis);
        Assert.Contains("app.log", diagnosis.RootCause!.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_users_process_does_not_show_is_a_finding()
    {
        Assert.SkipWhen(Environment.UserName != "root" || !File.Exists("/usr/bin/setpriv"), "giving up rights needs root and setpriv");
        var program = Own(new LabProgram("", Good, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]));
        // Without its capabilities root sees no more of others' processes than anybody does.
        var line = OtherRights.Diagnose(program.Id, "setpriv", "--bounding-set=-all", "--inh-caps=-all", "--");
        Assert.Contains("Host.ProcessNotReadable Warning", line, StringComparison.Ordinal);
        Assert.Contains("its variables", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Probe.Crashed", line, StringComparison.Ordinal);
        FaultMatrix.Add(FaultOrigin.Real, "a process of another user, looked at without the right to", "Host.ProcessNotReadable", "Degraded, listed", TimeSpan.Zero);
    }

    [Fact]
    public async Task A_thread_of_the_kernel_has_nothing_to_show()
    {
        Assert.SkipUnless(File.Exists("/proc/2/comm") && File.ReadAllText("/proc/2/comm").StartsWith("kthreadd", StringComparison.Ordinal), "this is a process namespace of its own");
        Diagnose.Names("Host.ProcessNotReadable", await AsProcess.DiagnoseAsync(2, AsProcess.Local));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(int.MaxValue)]
    public void A_process_that_does_not_exist_is_a_mistake_of_the_caller(int pid)
    {
        var refused = Assert.Throws<ConsulRequestException>(() => ProgramSession.Open(pid, new ConsulSessionOptions(), ConsulEnvironment.Empty));
        Assert.Equal("Request.Invalid", refused.Finding.Code);
        Assert.Equal("-ProcessId", refused.Finding.Evidence["source"]);
    }

    private T Own<T>(T one) where T : IDisposable
    {
        owned.Add(one);
        return one;
    }

    private static string Everything(ConsulDiagnosis diagnosis) => Diagnose.Text(diagnosis)
        + string.Join("\n", diagnosis.Facts.Cast<System.Collections.DictionaryEntry>().Select(pair => $"{pair.Key}={(pair.Value is string[] rows ? string.Join(",", rows) : pair.Value)}"))
        + string.Join("\n", diagnosis.Configuration);
}
