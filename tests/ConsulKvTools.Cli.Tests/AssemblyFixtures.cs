using ConsulKvTools.Cli.Tests;

[assembly: AssemblyFixture(typeof(AgentFixture))]
