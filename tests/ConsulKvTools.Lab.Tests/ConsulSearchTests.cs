namespace ConsulKvTools.Lab;

public sealed class ConsulSearchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("consul-search-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_variable_that_points_nowhere_is_reported_and_nothing_else_is_tried()
    {
        var error = Assert.Throws<ConsulNotFoundException>(() => Search(("CONSUL_BIN", "/nowhere/consul")).Find());
        Assert.Contains("/nowhere/consul", Assert.Single(error.Tried), StringComparison.Ordinal);
    }

    [Fact]
    public void Variable_path_and_cache_in_this_order()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Stands on shell scripts.");
        var cached = FakeConsul("cache/consulkvtools/consul/1.2.3", "1.2.3");
        var newer = FakeConsul("cache/consulkvtools/consul/1.10.0", "1.10.0");
        var onPath = FakeConsul("path", "1.9.0");
        var given = FakeConsul("given", "1.8.0");
        var path = ("PATH", Path.GetDirectoryName(onPath)!);
        Assert.Equal(given, Search(("CONSUL_BIN", given), path).Find().Path);
        Assert.Equal(onPath, Search(path).Find().Path);
        var found = Search().Find();
        Assert.Equal((newer, "cache", new Version(1, 10, 0)), (found.Path, found.Source, found.Version));
        Assert.True(File.Exists(cached));
    }

    [Fact]
    public async Task Many_at_once_fetch_it_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Stands on shell scripts.");
        var source = new FakeSource(this);
        var found = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Search([source]).Find().Path)));
        Assert.Equal(1, source.Fetched);
        Assert.Equal(Path.Combine(_folder, "cache/consulkvtools/consul/1.7.0/consul"), Assert.Single(found.Distinct()));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_folder, "cache/consulkvtools/consul"), ".fetch-*"));
    }

    [Fact]
    public void When_nothing_helps_all_places_are_named()
    {
        var error = Assert.Throws<ConsulNotFoundException>(() => Search(
            [new DistributionPackage { Root = _folder }, new PackageFolder(n => n == "CONSULKVTOOLS_PACKAGES" ? "/nowhere" : null),
                new ReleaseArchive { Platform = "plan9_mips" }]).Find());
        Assert.Equal(6, error.Tried.Count);
        Assert.Contains("no SHA-256 is known for plan9_mips", error.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere does not exist", error.Message, StringComparison.Ordinal);
        Assert.Contains("set CONSUL_BIN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_with_another_sum_is_thrown_away()
    {
        var archive = new ReleaseArchive { Platform = "linux_amd64", Download = (_, stream) => stream.WriteAsync(new byte[10]).AsTask() };
        Assert.Contains("has SHA-256", Assert.Throws<SourceUnusableException>(() => archive.Fetch(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_with_another_sum_is_refused()
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64, "amd64 only");
        File.WriteAllText(Path.Combine(_folder, "consul_1_amd64.deb"), "not what it was");
        File.WriteAllText(Path.Combine(_folder, "SHA256SUMS"), $"{new string('0', 64)}  consul_1_amd64.deb\n");
        var error = Assert.Throws<SourceUnusableException>(() => new PackageFolder(_ => _folder).Fetch(_folder));
        Assert.Contains("has SHA-256", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sources.list", "deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib\n",
        "deb [signed-by=/k.gpg] http://mirror.example/debian bullseye main\n")]
    [InlineData("sources.list.d/a.list", "deb http://x.example/y other main\ndeb http://mirror.example/debian  bookworm main # own\n",
        "deb http://mirror.example/debian bullseye main\n")]
    [InlineData("sources.list.d/debian.sources",
        "Types: deb\n# note\nURIs: http://mirror.example/security\nSuites: bookworm-security\nComponents: main\n\n"
        + "Types: deb deb-src\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main non-free\nSigned-By: /k.gpg\n",
        "Types: deb\nURIs: http://mirror.example/debian\nSuites: bullseye\nComponents: main\nSigned-By: /k.gpg\n")]
    public void The_machines_own_archive_is_asked_for_the_older_suite(string file, string content, string expected)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "etc/apt/sources.list.d"));
        File.WriteAllText(Path.Combine(_folder, "etc/os-release"), "ID=debian\nVERSION_CODENAME=bookworm\n");
        File.WriteAllText(Path.Combine(_folder, "etc/apt", file), content);
        Assert.Equal(expected, new DistributionPackage { Root = _folder }.FindSource().Text);
    }

    private string FakeConsul(string folder, string version)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName, "consul");
        File.WriteAllText(file, $"#!/bin/sh\necho Consul v{version}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }

    private ConsulSearch Search(params (string Name, string Value)[] environment) => Search([], environment);

    private ConsulSearch Search(IReadOnlyList<IConsulSource> sources, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(v => v.Name, v => v.Value);
        variables["XDG_CACHE_HOME"] = variables["LOCALAPPDATA"] = Path.Combine(_folder, "cache");
        variables.TryAdd("PATH", "/nowhere");
        return new() { Environment = variables.GetValueOrDefault, Sources = sources };
    }

    private sealed class FakeSource(ConsulSearchTests test) : IConsulSource
    {
        private int _fetched;

        public int Fetched => _fetched;

        public string Name => "fake";

        public string Fetch(string folder)
        {
            Interlocked.Increment(ref _fetched);
            return test.FakeConsul(folder, "1.7.0");
        }
    }
}
