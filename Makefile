# 12345 热线：两条命令即可使用 —— make run 与 make test
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test lint types bench seed clean
.DEFAULT_GOAL := help

help: ## 列出命令
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

run: $(VENV)/.run ## 安装、初始化并启动 http://127.0.0.1:12345
	@exec $(BIN)/hotline up

test: $(VENV)/.dev lint types ## 代码检查、类型、分层契约和全部测试（SQLite 与 PostgreSQL）
	@$(BIN)/python -m tests.prerequisites
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q --database postgres

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.dev ## 按 bench/ 测量各项指标并写入 bench/results
	$(BIN)/python -m bench

clean: ## 删除虚拟环境与演示数据
	rm -rf $(VENV) .hotline

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "需要 Python 3.11 或更高版本：Debian/Ubuntu 执行 apt install python3 python3-venv，macOS 执行 brew install python@3.11；也可用 make run PYTHON=/路径/python3.11 指定"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "Python 缺少 venv 模块：Debian/Ubuntu 执行 apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "安装依赖（首次约一两分钟）……"
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "安装开发依赖（首次约一两分钟）……"
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run
